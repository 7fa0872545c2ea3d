/**
 * What a person writes to have a network, the single source of its keys, allowed values and defaults. The PyTorch
 * module that each one equals stands in docs/networks.md.
 */
import { z } from "zod";
import { namedSection, oneOfNamed, readConfig } from "../../../config.ts";
import { initialisationSchemes } from "../initialize.ts";
import { activationNames } from "./activationNames.ts";

const count = z.int().min(1);
const widths = z.array(count).readonly();
const activation = z.enum(activationNames).default("relu");
const initialisation = z.enum(initialisationSchemes);
/** Multiplies every number of channels; they are rounded, and at least 1. */
const width = z.number().positive().default(1);
const batchNorm = z.enum(["frozen", "none"], {
  error: ({ input }) =>
    input === "training"
      ? "training-mode batch statistics have no per-sample gradient; use batchNorm: frozen"
      : undefined,
});

/** Dense layers with an activation between. */
const fnn = namedSection("fnn", {
  /** Units of the hidden layers; none make it a linear model. */
  hidden: widths.default([256, 256]),
  activation,
  bias: z.boolean().default(true),
  initialisation: initialisation.default("he"),
});

/** f = W_L … W_1 x. */
const linearNetwork = namedSection("linear-network", {
  /** Units of the hidden layers. */
  hidden: widths.default([256]),
  initialisation: initialisation.default("lecun"),
});

/** Convolutions with pooling, then dense layers (LeCun et al. 1998). */
const lenet = namedSection("lenet", {
  /** Channels of the convolutions, each followed by activation and 2×2 pooling. */
  channels: z.array(count).min(1).readonly().default([6, 16]),
  /** Side of the kernels, in pixels. */
  kernel: count.default(5),
  /** Zeros around the image of the first convolution. Default: half the kernel for images below 32×32, else none. */
  padding: z.int().min(0).optional(),
  pooling: z.enum(["max", "average"]).default("max"),
  /** Units of the dense layers before the last. */
  hidden: widths.default([120, 84]),
  activation,
  initialisation: initialisation.default("he"),
});

const vggDepths = [11, 13, 16] as const;
/** Simonyan, Zisserman 2015, with one dense layer at the end as usual for 32×32 images. */
const vgg = namedSection("vgg", {
  /** 11, 13 or 16: the number in the usual name, which counts three dense layers; there are depth − 3 convolutions. */
  depth: z.literal(vggDepths).default(11),
  width,
  batchNorm: batchNorm.default("none"),
  activation,
  initialisation: initialisation.default("he"),
});

/** He et al. 2016, §4.2. */
const resnet = namedSection("resnet", {
  /** 6n + 2 for n blocks a stage: 8, 20, 38, 56, … */
  depth: z
    .int()
    .refine((depth) => depth >= 8 && depth % 6 === 2, {
      error: ({ input }) => `expected 6n + 2 (8, 14, 20, 26, 32, 38, 44, 50, 56, …), got ${input}`,
    })
    .default(20),
  width,
  /** "A": every second pixel, new channels zero; "B": a 1×1 convolution. */
  shortcut: z.enum(["A", "B"]).default("A"),
  batchNorm: batchNorm.default("frozen"),
  activation,
  initialisation: initialisation.default("he"),
});

/** A small vision transformer (Dosovitskiy et al. 2021) that averages over its tokens. */
const vit = namedSection("vit", {
  /** Side of a patch, in pixels; divides height and width of the image. */
  patch: count.default(4),
  /** Numbers in a token; a multiple of the heads. */
  dimension: count.default(64),
  /** Blocks of attention and an MLP. */
  layers: count.default(4),
  heads: count.default(4),
  /** Units of the hidden layer of each block. */
  hidden: count.default(128),
  initialisation: z.enum(["he", "xavier", "lecun"]).default("xavier"),
});

const architectures = [fnn, linearNetwork, lenet, vgg, resnet, vit] as const;

/** For schemas that have an architecture under one of their keys. */
export const architectureSchema = oneOfNamed(architectures);

/** An architecture with every default filled in: its `name` and the keys that docs/networks.md lists for it. */
export type ArchitectureConfig = z.output<typeof architectureSchema>;
export type ConfigOf<N extends ArchitectureConfig["name"]> = Extract<ArchitectureConfig, { name: N }>;

/** Checks what a person wrote, in `what`, and fills in the defaults. Throws an InputError that names the key and what is allowed. */
export function readArchitecture(value: unknown, what = "architecture"): ArchitectureConfig {
  return readConfig(architectureSchema, value, what);
}
