import { InputError } from "../../inputError.ts";
import { createStream } from "../../random/philoxStream.ts";
import type { DatasetSelection } from "./config.ts";
import type { StoredSamples } from "./stored.ts";
import type { Labels } from "./targets.ts";

/**
 * Indices of the samples that a selection asks for: its classes first, then its number of them.
 * Throws an InputError that names the key where the data do not have what it asks for.
 */
export function selectSamples(
  stored: Pick<StoredSamples, "name" | "count" | "labels">,
  { classes, samples, seed }: Pick<DatasetSelection, "classes" | "samples" | "seed">,
): Int32Array {
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new InputError(`${stored.name}: seed: expected a whole number of at least 0, got ${seed}`);
  }
  const candidates = classes === undefined ? allOf(stored.count) : ofClasses(stored, classes);
  if (samples === undefined) return candidates;
  if (!(Number.isInteger(samples) && samples >= 1 && samples <= candidates.length)) {
    throw new InputError(
      `${stored.name}: samples: expected a whole number from 1 to ${candidates.length}${classes ? ` (so many are of classes ${classes.join(", ")})` : ""}, got ${samples}`,
    );
  }
  if (seed === undefined) return candidates.slice(0, samples);
  const order = createStream(seed).split("data", "samples").permutation(candidates.length);
  return order.slice(0, samples).map((k) => candidates[k]);
}

/** The labels of the samples selected; with `classes`, renumbered in the order given there. */
export function selectLabels(
  labels: Labels,
  indices: Int32Array,
  classes: readonly number[] | undefined,
): Labels {
  const selected = indices.map((i) => labels.indices[i]);
  if (classes === undefined) return { ...labels, indices: selected };
  return { indices: selected.map((label) => classes.indexOf(label)), classes: classes.length };
}

function allOf(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

function ofClasses(
  { name, count, labels }: Pick<StoredSamples, "name" | "count" | "labels">,
  classes: readonly number[],
): Int32Array {
  if (labels === undefined) {
    throw new InputError(
      `${name}: classes: expected y of class indices (integers from 0, one a sample), got other numbers; leave the key out`,
    );
  }
  if (classes.length === 0 || new Set(classes).size < classes.length) {
    throw new InputError(
      `${name}: classes: expected different classes, at least one, got [${classes.join(", ")}]`,
    );
  }
  for (const label of classes) {
    if (!labels.indices.includes(label)) {
      throw new InputError(
        `${name}: classes: expected classes from 0 to ${labels.classes - 1} that occur in the data, got ${label}`,
      );
    }
  }
  return allOf(count).filter((i) => classes.includes(labels.indices[i]));
}
