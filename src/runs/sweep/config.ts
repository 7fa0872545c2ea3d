/** The file that `noisegeo sweep` reads (docs/sweep.md). */
import { z } from "zod";
import { readConfig, section } from "../../config.ts";
import { type Json, jobCommands } from "../jobs/job.ts";
import { parseYaml } from "../yaml.ts";

const path = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, { error: "expected a path such as optimiser.batchSize" });
const value = z.custom<Json>((given) => z.json().safeParse(given).success, {
  error: "expected a text, a finite number, true, false, null, or lists and keys of them",
});
const values = z.array(value).min(1).readonly();
const values1 = z.record(path, value).refine((fields) => Object.keys(fields).length > 0, {
  error: "expected at least one field",
});

/** What a field of a random design is drawn from. */
const distribution = z.union(
  [
    section({ values }),
    section({
      from: z.number(),
      to: z.number(),
      /** "linear" by default; "log" is uniform in the logarithm; "integer" takes whole numbers, both ends included. */
      scale: z.enum(["linear", "log", "integer"]).default("linear"),
    })
      .refine(({ from, to }) => from < to, { path: ["to"], error: "expected more than from" })
      .refine(({ from, scale }) => scale !== "log" || from > 0, {
        path: ["from"],
        error: "expected more than 0 for a log scale",
      })
      .refine(
        ({ from, to, scale }) =>
          scale !== "integer" || (Number.isSafeInteger(from) && Number.isSafeInteger(to)),
        {
          path: ["from"],
          error: "expected whole numbers from and to for integers",
        },
      ),
  ],
  { error: "expected values: [A, B, …], or from: LOW, to: HIGH and scale: linear, log or integer" },
);
export type Distribution = z.output<typeof distribution>;

const design = section({
  /** Every combination of the values of these fields. */
  grid: z.record(path, values).optional(),
  /** These combinations. */
  list: z.array(values1).min(1).readonly().optional(),
  /** So many combinations, drawn by the seed. */
  random: section({
    count: z.int().min(1).max(100_000),
    seed: z.int().min(0).default(1),
    fields: z.record(path, distribution),
  }).optional(),
  /** One measurement in tiles of K, of so many samples a side. */
  tiles: z.int().min(1).optional(),
})
  .refine(({ grid, list, random, tiles }) => (grid ?? list ?? random ?? tiles) !== undefined, {
    error: "expected grid, list or random (of several, every combination), or tiles",
  })
  .refine(({ grid, list, random, tiles }) => tiles === undefined || (grid ?? list ?? random) === undefined, {
    path: ["tiles"],
    error: "expected by itself: all tiles are of one measurement",
  });
export type Design = z.output<typeof design>;

const sweepSchema = section({
  command: z.enum(jobCommands),
  /** What all jobs have in common: a file, or its content. */
  config: z.union([z.string(), z.record(z.string(), value)], {
    error: "expected the name of a file, or keys with values",
  }),
  design,
  /** Of the summary: columns of the table. */
  figure: section({ x: z.string(), y: z.string(), series: z.string().optional() }).optional(),
}).refine(({ command, design }) => design.tiles === undefined || command === "measure", {
  path: ["design", "tiles"],
  error: "expected command: measure with tiles",
});

export interface SweepConfig extends Omit<z.output<typeof sweepSchema>, "config"> {
  readonly config: string | Readonly<Record<string, Json>>;
}

/** Throws an InputError of one line that names the key, what is allowed and what came. */
export function parseSweepConfig(text: string, file: string): SweepConfig {
  return readConfig(sweepSchema, parseYaml(text, file), file) as SweepConfig;
}
