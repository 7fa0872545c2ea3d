import { InputError } from "../../inputError.ts";
import { rowBlocks } from "../rowSource.ts";
import { type FeatureGroups, featureGroups, type Grouping } from "./featureGroups.ts";
import { notFinite, type StoredSamples } from "./stored.ts";

/** x ↦ (x − mean)/deviation, group of features by group. */
export interface Standardisation {
  /** What shares one mean and one deviation: everything, each channel (first axis of an input), or each feature. */
  readonly by: Grouping;
  /** Of the samples that the statistics are of, and of those that they can be applied to. */
  readonly inputShape: readonly number[];
  /** One a group, as `by` makes them: 1, as many as there are channels, or ∏ inputShape. Pixels count as divided by 255. */
  readonly mean: Float64Array;
  /** One a group: square root of the variance with divisor n; 1 where the numbers are all the same, which then become 0. */
  readonly deviation: Float64Array;
}

/**
 * The statistics of the samples at `indices`, in float64. Tiny and huge numbers are as welcome as others.
 * Throws an InputError where a number is not finite.
 */
export function standardisationOf(stored: StoredSamples, indices: Int32Array, by: Grouping): Standardisation {
  const groups = featureGroups(stored.inputShape, by);
  const { least, range, moments } =
    stored.rows.type === "uint8" ? ofBytes(stored, indices, groups) : ofNumbers(stored, indices, groups);
  // in units of the range, so that squares neither overflow nor vanish; a constant has no range and stays exact
  const unit = range.map((value) => value || 1);
  const rough = moments(least, unit).first;
  const centre = least.map((value, group) => value + unit[group] * rough[group]);
  const { first, second } = moments(centre, unit);
  const { divisor, inputShape } = stored;
  return {
    by,
    inputShape,
    mean: centre.map((value, group) => (value + unit[group] * first[group]) / divisor),
    deviation: range.map((value, group) => (value === 0 ? 1 : (value * Math.sqrt(second[group])) / divisor)),
  };
}

/** The stored numbers of each group. */
interface GroupStatistics {
  readonly least: Float64Array;
  /** How far the largest lies above the least. */
  readonly range: Float64Array;
  /** Means of z and z², z = (x − centre)/unit. */
  moments(centre: Float64Array, unit: Float64Array): Record<"first" | "second", Float64Array>;
}

function ofNumbers(stored: StoredSamples, indices: Int32Array, groups: FeatureGroups): GroupStatistics {
  return {
    ...spread(stored, indices, groups),
    moments: (centre, unit) => moments(stored, indices, groups, centre, unit),
  };
}

/** From how often each byte occurs: one look at the data. */
function ofBytes(
  { rows }: StoredSamples,
  indices: Int32Array,
  { count, of }: FeatureGroups,
): GroupStatistics {
  const counts = new Float64Array(256 * count);
  for (const { values } of rowBlocks(rows, indices)) {
    for (let k = 0, feature = 0; k < values.length; k++) {
      counts[256 * of[feature] + values[k]]++;
      if (++feature === of.length) feature = 0;
    }
  }
  const histograms = Array.from({ length: count }, (_, group) =>
    counts.subarray(256 * group, 256 * (group + 1)),
  );
  const least = Float64Array.from(histograms, (histogram) => histogram.findIndex((times) => times > 0));
  const largest = histograms.map((histogram) => histogram.findLastIndex((times) => times > 0));
  const size = (indices.length * of.length) / count;
  return {
    least,
    range: least.map((value, group) => largest[group] - value),
    moments(centre, unit) {
      const mean = (power: number) =>
        Float64Array.from(histograms, (histogram, group) => {
          const z = (byte: number) => (byte - centre[group]) / unit[group];
          return histogram.reduce((sum, times, byte) => sum + times * z(byte) ** power, 0) / size;
        });
      return { first: mean(1), second: mean(2) };
    },
  };
}

/** Least value of each group, and how far the largest lies above it. */
function spread(stored: StoredSamples, indices: Int32Array, { count, of }: FeatureGroups) {
  const { name } = stored;
  const least = new Float64Array(count).fill(Infinity);
  const largest = new Float64Array(count).fill(-Infinity);
  for (const { rows, values } of rowBlocks(stored.rows, indices)) {
    for (let k = 0, feature = 0; k < values.length; k++) {
      const value = values[k];
      const group = of[feature];
      if (!Number.isFinite(value)) throw notFinite(name, rows[Math.floor(k / of.length)], value);
      if (value < least[group]) least[group] = value;
      if (value > largest[group]) largest[group] = value;
      if (++feature === of.length) feature = 0;
    }
  }
  const range = largest.map((value, group) => value - least[group]);
  const bad = range.indexOf(Infinity);
  if (bad >= 0) {
    throw new InputError(
      `${name}: standardise: expected numbers whose spread fits float64, got ${least[bad]} to ${largest[bad]}; scale them down`,
    );
  }
  return { least, range };
}

/** Means of z and z² over each group, z = (x − centre)/unit; a partial sum a sample keeps the rounding of long sums small. */
function moments(
  stored: StoredSamples,
  indices: Int32Array,
  { count, of }: FeatureGroups,
  centre: Float64Array,
  unit: Float64Array,
) {
  const first = new Float64Array(count);
  const second = new Float64Array(count);
  const sample = { first: new Float64Array(count), second: new Float64Array(count) };
  for (const { values } of rowBlocks(stored.rows, indices)) {
    for (let start = 0; start < values.length; start += of.length) {
      sample.first.fill(0);
      sample.second.fill(0);
      for (let feature = 0; feature < of.length; feature++) {
        const group = of[feature];
        const z = (values[start + feature] - centre[group]) / unit[group];
        sample.first[group] += z;
        sample.second[group] += z * z;
      }
      for (let group = 0; group < count; group++) {
        first[group] += sample.first[group];
        second[group] += sample.second[group];
      }
    }
  }
  const size = (indices.length * of.length) / count;
  return { first: first.map((sum) => sum / size), second: second.map((sum) => sum / size) };
}
