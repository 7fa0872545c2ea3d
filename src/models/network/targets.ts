import type { DatasetWith } from "../../data/dataset/dataset.ts";
import { oneHot, signs, type Targets } from "../../data/dataset/targets.ts";
import { InputError } from "../../inputError.ts";
import { asProbabilities } from "../probabilities.ts";
import { crossEntropyLoss, type Loss, squareLoss } from "./losses.ts";

export const lossNames = ["mse", "cross-entropy"] as const;
export const targetEncodings = ["one-hot", "signs", "values"] as const;

export type LossName = (typeof lossNames)[number];
export type TargetEncoding = (typeof targetEncodings)[number];

export function lossNamed(name: LossName): Loss {
  return name === "mse" ? squareLoss : crossEntropyLoss;
}

/**
 * The numbers that the loss compares outputs with: classes one-hot unless said otherwise, the file's own values where it has
 * no classes. Throws an InputError where data and loss do not fit.
 */
export function targetsFor(
  dataset: DatasetWith<unknown>,
  loss: LossName,
  encoding?: TargetEncoding,
): Targets {
  const { labels, targets, name } = dataset;
  const chosen = encoding ?? (labels ? "one-hot" : "values");
  const probabilities =
    loss === "cross-entropy" && chosen === "values" && targets ? asProbabilityRows(targets) : undefined;
  if (loss === "cross-entropy" && chosen !== "one-hot" && !probabilities) {
    const came = chosen === "values" && targets ? noClasses(targets) : chosen;
    throw new InputError(
      `targets: expected classes (one-hot) or rows of probabilities for cross-entropy, got ${came} of ${name}; save classes as integers (n) from 0 on, y.astype("int64").reshape(-1), or use the loss mse`,
    );
  }
  if (chosen === "values") {
    if (!targets)
      throw new InputError(`targets: expected values to fit in ${name}, got classes; use one-hot or signs`);
    return probabilities ?? targets;
  }
  if (!labels)
    throw new InputError(`targets: expected classes for ${chosen}, ${name} has none; use targets: values`);
  return chosen === "one-hot" ? oneHot(labels) : signs(labels);
}

/** What stands in the place of classes or probabilities. */
function noClasses({ values, outputs }: Targets): string {
  if (outputs > 1) {
    const starts = Array.from({ length: values.length / outputs }, (_, i) => i * outputs);
    const bad = starts.findIndex((start) => !asProbabilities(values.subarray(start, start + outputs)));
    return `values with a row that is none (sample ${bad})`;
  }
  const least = values.reduce((min, value) => Math.min(min, value), 0);
  if (!values.every(Number.isInteger)) return "values";
  return least < 0 ? `values with the class ${least}` : "values, not an integer array of shape (n),";
}

/** Rows of at least two numbers that are at least 0 and sum to 1 up to rounding, over their sums; undefined where they are anything else. */
function asProbabilityRows({ values, outputs }: Targets): Targets | undefined {
  if (outputs < 2) return undefined;
  const rows = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += outputs) {
    const row = asProbabilities(values.subarray(start, start + outputs));
    if (!row) return undefined;
    rows.set(row, start);
  }
  return { values: rows, outputs };
}
