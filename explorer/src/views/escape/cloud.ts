import type { Trajectories } from "../../../../src/dynamics/trajectories.ts";

/** Sizes at one step, as log₁₀; −Infinity for 0. */
interface Sizes {
  /** Of w₁, along the sharpest direction, in units of its standard deviation at the start. */
  readonly sharp: Float32Array;
  /** Of the flat rest, √(Σ_{i>1} (λ_i/λ₁) w_i²): its square over that of w₁ is the loss of one over that of the other. */
  readonly rest: Float32Array;
  /** Of w_j, one flat direction in the middle of the spectrum. */
  readonly one: Float32Array;
}

/** Where all trajectories of one method are at one step. */
export interface Frame extends Sizes {
  /** Of w₁ and w_j, as −1, 0 and 1. */
  readonly signs: { readonly sharp: Int8Array; readonly one: Int8Array };
  /** Medians of the sizes, and of √(2L/λ₁), as log₁₀. */
  readonly median: {
    readonly sharp: number;
    readonly rest: number;
    readonly one: number;
    readonly size: number;
  };
  /** From a size that 1 % are below to one that 1 % are above. */
  readonly range: { readonly [K in keyof Sizes]: readonly [number, number] };
}

/** One frame a step, the start first. */
export type Cloud = readonly Frame[];

/** w_j of the picture: j from 0. */
export function flatDirection(rank: number): number {
  return Math.max(Math.min(1, rank - 1), Math.floor(rank / 2));
}

/** From trajectories that tell D_1, and of which w₁ and w_j were kept; `pause` ends it by what it throws. */
export async function cloudOf(trajectories: Trajectories, pause: () => Promise<void>): Promise<Cloud> {
  const frames: Frame[] = [];
  for (const record of trajectories.records) {
    frames.push(frameOf(record, trajectories));
    await pause();
  }
  return frames;
}

function frameOf(record: Float64Array, { count, recordLength, parts }: Trajectories): Frame {
  const kept = recordLength - 2;
  const isAlone = parts.cuts[0] === 1;
  const frame = {
    sharp: new Float32Array(count),
    rest: new Float32Array(count),
    one: new Float32Array(count),
    signs: { sharp: new Int8Array(count), one: new Int8Array(count) },
  };
  const size = new Float32Array(count);
  for (let t = 0, at = 0; t < count; t++, at += recordLength) {
    const scale = record[at] * Math.log10(2);
    const [along, across] = [record[at + kept], record[at + kept + 1]];
    // the first part is w₁ alone, unless rounding cannot tell its eigenvalue from the next
    let rest = isAlone ? 0 : Math.max(0, record[at + 1] - along * along);
    for (let part = 1; part < parts.cuts.length; part++) rest += record[at + 1 + part];
    frame.sharp[t] = scale + Math.log10(Math.abs(along));
    frame.one[t] = scale + Math.log10(Math.abs(across));
    frame.rest[t] = scale + Math.log10(rest) / 2;
    size[t] = scale + Math.log10(along * along + rest) / 2;
    frame.signs.sharp[t] = Math.sign(along);
    frame.signs.one[t] = Math.sign(across);
  }
  const [sharp, rest, one, whole] = [frame.sharp, frame.rest, frame.one, size].map((sizes) =>
    sizes.slice().sort(),
  );
  return {
    ...frame,
    median: { sharp: middle(sharp), rest: middle(rest), one: middle(one), size: middle(whole) },
    range: { sharp: inner(sharp), rest: inner(rest), one: inner(one) },
  };
}

/** Buffers of a cloud, to be moved rather than copied. */
export function buffersOf(cloud: Cloud): ArrayBuffer[] {
  return cloud.flatMap(({ sharp, rest, one, signs }) =>
    [sharp, rest, one, signs.sharp, signs.one].map(({ buffer }) => buffer as ArrayBuffer),
  );
}

const middle = (sorted: Float32Array) => {
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
};

function inner(sorted: Float32Array): readonly [number, number] {
  const last = sorted.length - 1;
  return [sorted[Math.floor(0.01 * last)], sorted[Math.ceil(0.99 * last)]];
}
