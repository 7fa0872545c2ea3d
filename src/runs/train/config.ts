/** The file that `noisegeo train` reads: its keys, allowed values and defaults (docs/train.md). */
import { z } from "zod";
import { namedSection, oneOfNamed, readConfig, section } from "../../config.ts";
import { quantities } from "../../dynamics/quantities.ts";
import { scheduleSchema } from "../../dynamics/scheduleSchema.ts";
import { problemKeys } from "../problemSchema.ts";
import { parseYaml } from "../yaml.ts";

const count = z.int().min(1);

const instrument = section({
  quantities: z.array(z.enum(quantities)).min(1).readonly(),
  /** Every so many steps, and at the end; or at the steps listed. */
  every: count.optional(),
  at: z.array(z.int().min(0)).min(1).readonly().optional(),
  /** Training samples that it looks at, drawn once by the run's seed. Default: 200, or all for loss and accuracy alone. */
  samples: count.optional(),
  /** Eigen-directions for directionalAlignment and noiseProjectionRatio, sharpest first. */
  top: count.default(5),
}).refine(({ every, at }) => (every === undefined) !== (at === undefined), {
  error: "expected either every: STEPS or at: [STEP, …]",
});
export type InstrumentConfig = z.output<typeof instrument>;

const descent = {
  momentum: z.number().min(0).lt(1).default(0),
  nesterov: z.boolean().default(false),
  /** λ of the added (λ/2)‖θ‖². */
  weightDecay: z.number().min(0).default(0),
};
const optimisers = [
  namedSection("sgd", {
    batchSize: count.default(64),
    /** Independent draws, or different samples in a batch; every batch is drawn anew. */
    replacement: z.boolean().default(false),
    ...descent,
  }),
  /** The gradient over all samples. */
  namedSection("gd", descent),
] as const;
const optimiser = z
  .preprocess(
    (value) =>
      typeof value === "object" && value !== null && !("name" in value) ? { name: "sgd", ...value } : value,
    oneOfNamed(optimisers),
  )
  .refine(({ momentum, nesterov }) => momentum > 0 || !nesterov, {
    path: ["nesterov"],
    error: "expected a momentum above 0 beside it, got none",
  });

const trainKeys = {
  ...problemKeys,
  /** Samples of the test split for testLoss and testAccuracy. Default: all. */
  test: section({ samples: count.optional(), file: z.string().optional() }).optional(),
  optimiser: optimiser.prefault({}),
  schedule: scheduleSchema,
  steps: count,
  instruments: z.array(instrument).readonly().default([]),
  checkpoints: section({ every: count }).optional(),
};
const trainSchema = section(trainKeys).superRefine(({ instruments, steps }, context) => {
  const wrong = (index: number, key: string, message: string) =>
    context.addIssue({ code: "custom", path: ["instruments", index, key], message });
  const seen = new Set<string>();
  for (const [index, { quantities, at }] of instruments.entries()) {
    for (const quantity of quantities) {
      if (seen.has(quantity))
        wrong(index, "quantities", `expected each quantity once, got ${quantity} again`);
      seen.add(quantity);
    }
    const beyond = at?.find((step) => step > steps);
    if (beyond !== undefined)
      wrong(index, "at", `expected steps up to ${steps}, the last one, got ${beyond}`);
  }
});

export type TrainConfig = z.output<typeof trainSchema>;

/** Throws an InputError of one line that names the key (or the line, where it is not YAML), what is allowed and what came. */
export function parseTrainConfig(text: string, file: string): TrainConfig {
  return checkTrainConfig(parseYaml(text, file), file);
}

/** Likewise, of what has been read already; `what` names it for people. */
export function checkTrainConfig(value: unknown, what: string): TrainConfig {
  return readConfig(trainSchema, value, what);
}
