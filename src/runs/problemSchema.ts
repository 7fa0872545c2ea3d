/** What a person writes to have data, a network and a loss: the part that `train` and `measure --model` have in common. */
import { z } from "zod";
import { namedSection, oneOfNamed } from "../config.ts";
import { imageSetNames, splits, standardisations } from "../data/dataset/config.ts";
import { architectureSchema } from "../models/network/architectures/schema.ts";
import { lossNames, targetEncodings } from "../models/network/targets.ts";

const count = z.int().min(1);
const seed = z.int().min(0);

const selection = {
  classes: z.array(z.int().min(0)).min(1).readonly().optional(),
  samples: count.optional(),
  seed: seed.optional(),
  standardise: z.enum(standardisations).optional(),
};
const imageSet = { ...selection, folder: z.string().optional(), split: z.enum(splits).optional() };
const [mnist, ...otherSets] = imageSetNames.map((name) => namedSection(name, imageSet));

/** `DatasetConfig`, as typed by a person. */
const datasetSchema = oneOfNamed([
  mnist,
  ...otherSets,
  namedSection("npz", { file: z.string(), ...selection }),
]);

export const problemKeys = {
  data: datasetSchema,
  model: architectureSchema,
  loss: z.enum(lossNames).default("mse"),
  /** "one-hot" (C outputs) or "signs" (one output, +1 for the first class, −1 for the others) for classes; "values" as the file has them. */
  targets: z.enum(targetEncodings).optional(),
  precision: z.enum(["f32", "f64"]).default("f32"),
  seed: seed.default(1),
};
