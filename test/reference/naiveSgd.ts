/** Naive float64 oracle of SGD on a quadratic: one trajectory at a time, one sample at a time, no powers of two. */
import type { RandomStream } from "../../src/random/index.ts";
import { dot, type Rows } from "./explicitGeometry.ts";

export interface NaiveStep {
  readonly samples: number;
  readonly batchSize: number;
  readonly replacement: boolean;
  readonly learningRate: number;
}

export interface NaiveVector {
  w: number[];
  /** How far floating-point arithmetic in any order may be off in every entry. */
  error: number;
}

/** One batch: B draws, or the first B of a shuffle of 0 … n−1. */
function naiveBatch({ samples, batchSize, replacement }: NaiveStep, stream: RandomStream): number[] {
  if (replacement) return Array.from({ length: batchSize }, () => stream.integer(samples));
  const order = Array.from({ length: samples }, (_, i) => i);
  return Array.from({ length: batchSize }, (_, k) => {
    const other = k + stream.integer(samples - k);
    [order[k], order[other]] = [order[other], order[k]];
    return order[k];
  });
}

/** w − (η/B)·Σ_{i in batch} X_iᵀX_i w; rows are those of X, C a sample. */
export function naiveStep(
  rows: Rows,
  step: NaiveStep,
  stream: RandomStream,
  { w, error }: NaiveVector,
): NaiveVector {
  const outputs = rows.length / step.samples;
  const scale = step.learningRate / step.batchSize;
  const next = w.slice();
  let growth = 1;
  for (const i of naiveBatch(step, stream)) {
    for (const row of rows.slice(i * outputs, (i + 1) * outputs)) {
      const product = dot(row, w);
      for (const [k, value] of row.entries()) next[k] -= scale * product * value;
      growth += scale * dot(row, row);
    }
  }
  const rounding = (w.length + step.batchSize * outputs + 8) * Number.EPSILON;
  return { w: next, error: growth * (error + rounding * Math.hypot(...w)) };
}

/** Systematic resampling where fewer than half of the losses carry their sum; copies go to the first free places. */
export function naiveSplit(vectors: NaiveVector[], weights: number[], stream: RandomStream): NaiveVector[] {
  const losses = vectors.map(({ w }) => w.reduce((sum, value, k) => sum + weights[k] * value * value, 0));
  const total = losses.reduce((sum, loss) => sum + loss, 0);
  const count = losses.length;
  if (total ** 2 / losses.reduce((sum, loss) => sum + loss * loss, 0) >= count / 2) return vectors;
  const u = stream.uniform();
  const drawn = Array.from({ length: count }, (_, k) => {
    const point = ((k + u) * total) / count;
    let end = 0;
    return losses.findIndex((loss) => {
      end += loss;
      return point < end;
    });
  });
  const scaled = (t: number): NaiveVector => {
    const factor = Math.sqrt(total / count / losses[t]);
    return { w: vectors[t].w.map((value) => value * factor), error: 2 * vectors[t].error * factor };
  };
  const result: (NaiveVector | undefined)[] = vectors.map((_, t) =>
    drawn.includes(t) ? scaled(t) : undefined,
  );
  for (const t of drawn.filter((t, k) => drawn.indexOf(t) !== k))
    result[result.indexOf(undefined)] = scaled(t);
  return result as NaiveVector[];
}
