import type { DatasetWith } from "../../data/dataset/dataset.ts";
import { oneHot, signs, type Targets } from "../../data/dataset/targets.ts";
import { InputError } from "../../inputError.ts";
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
  if (
    loss === "cross-entropy" &&
    chosen !== "one-hot" &&
    !(chosen === "values" && areProbabilities(targets))
  ) {
    throw new InputError(
      `targets: expected classes (one-hot) or rows of probabilities for cross-entropy, got ${chosen} of ${name}; save classes as integers from 0 on, or use the loss mse`,
    );
  }
  if (chosen === "values") {
    if (!targets)
      throw new InputError(`targets: expected values to fit in ${name}, got classes; use one-hot or signs`);
    return targets;
  }
  if (!labels)
    throw new InputError(`targets: expected classes for ${chosen}, ${name} has none; use targets: values`);
  return chosen === "one-hot" ? oneHot(labels) : signs(labels);
}

/** Rows of at least two numbers that are at least 0 and sum to 1. */
function areProbabilities(targets: Targets | undefined): boolean {
  if (!targets || targets.outputs < 2) return false;
  const { values, outputs } = targets;
  for (let start = 0; start < values.length; start += outputs) {
    let sum = 0;
    for (let c = start; c < start + outputs; c++) {
      if (!(values[c] >= 0)) return false;
      sum += values[c];
    }
    if (!(Math.abs(sum - 1) <= 1e-6)) return false;
  }
  return true;
}
