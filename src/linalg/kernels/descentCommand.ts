/** What the module of descentModule.ts is told: where everything lies in its memory, and what to do with a block. */
import type { Matrix } from "../matrix.ts";
import type { DescentFunctions } from "./descentModule.ts";
import type { Call, Command, Input } from "./wasmCommand.ts";

export interface DescentProblem {
  /** X, (n·C)×r, row-major without gaps: C consecutive rows a sample. */
  readonly rows: Matrix<Float64Array>;
  /** C */
  readonly outputs: number;
  /** B, at most n without replacement. */
  readonly batchSize: number;
  readonly replacement: boolean;
  /** s > 0. */
  readonly scale: number;
  readonly observed: Observed;
  /**
   * Whether the vectors of a block are one population: wherever fewer than half of them carry the sum of Σ weights_j·w_j²,
   * they are split and dropped so that each carries the same, which leaves the expectation of quadratic forms as it was.
   */
  readonly population: boolean;
}

/** What a record of a vector holds. */
interface Observed {
  /** Length r, for Σ weights_j·w_j². */
  readonly weights: Float64Array;
  /** Ascending positions, of which that sum has a part before each, and after the one before. */
  readonly cuts: readonly number[];
  /** Positions of elements that are kept as they are. */
  readonly kept: readonly number[];
}

/** Some vectors on their way. */
export interface DescentBlock {
  readonly count: number;
  /** Up to powers of two, count×width. */
  readonly vectors: Float64Array;
  /** Streams and exponents, and the stream of the population. */
  readonly states: Int32Array;
}

/** 32-bit words of a state, and where the used words of its stream are counted (assembly/descent). */
const stateLength = 12;
const usedWords = 10;

export type DescentLayout = ReturnType<typeof layOut>;

/** Addresses of what stays in memory, from `heapStart` to `end`. */
export function layOut({ rows, outputs, observed }: DescentProblem, heapStart: number) {
  let end = heapStart;
  const place = (bytes: number): number => {
    const address = end;
    end += 64 * Math.ceil(bytes / 64);
    return address;
  };
  const width = 4 * Math.ceil(rows.columns / 4);
  const samples = rows.rows / outputs;
  return {
    width,
    samples,
    recordLength: 1 + observed.cuts.length + observed.kept.length,
    x: place(8 * rows.rows * width),
    weights: place(8 * width),
    positions: place(4 * (observed.cuts.length + observed.kept.length)),
    order: place(4 * samples),
    end,
  };
}

/** Puts into a module's memory what every block needs. */
export function loadCommand(
  { rows, observed }: DescentProblem,
  at: DescentLayout,
): Command<DescentFunctions> {
  const { columns } = rows;
  const floats = (address: number, length: number, write: (target: Float64Array) => void): Input => ({
    kind: Float64Array,
    address,
    length,
    write,
  });
  const integers = (address: number, length: number, write: (target: Int32Array) => void): Input => ({
    kind: Int32Array,
    address,
    length,
    write,
  });
  const positions = [...observed.cuts, ...observed.kept];
  return {
    bytes: at.end,
    inputs: [
      floats(at.x, rows.rows * at.width, (target) => copyRows(rows.data, columns, target, at.width)),
      floats(at.weights, at.width, (target) => target.set(observed.weights)),
      integers(at.positions, positions.length, (target) => target.set(positions)),
      integers(at.order, at.samples, (target) => {
        for (let i = 0; i < at.samples; i++) target[i] = i;
      }),
    ],
    calls: [],
    outputs: [],
  };
}

/** Vectors at the rows of `starts` (row-major), with streams of these identities at their beginning. */
export function beginBlock(
  starts: Matrix<Float64Array>,
  identities: readonly Int32Array[],
  { width }: DescentLayout,
): DescentBlock {
  const vectors = new Float64Array(starts.rows * width);
  copyRows(starts.data, starts.columns, vectors, width);
  const states = new Int32Array(identities.length * stateLength);
  for (const [t, identity] of identities.entries()) {
    states.set(identity, t * stateLength);
    states[t * stateLength + usedWords] = 4;
  }
  return { count: starts.rows, vectors, states };
}

/** Moves a block on through the segments, with records after each, all vectors of a segment one after another. */
export function advanceCommand(
  problem: DescentProblem,
  patience: number,
  at: DescentLayout,
  { count, vectors, states }: DescentBlock,
  segments: readonly number[],
  records: Float64Array,
): Command<DescentFunctions> {
  const { outputs, batchSize, replacement, scale, observed, population } = problem;
  const w = { kind: Float64Array, address: at.end, length: vectors.length };
  const state = { kind: Int32Array, address: w.address + vectors.byteLength, length: states.length };
  const record = {
    kind: Float64Array,
    address: state.address + states.byteLength,
    length: records.length,
  };
  const workspace = record.address + records.byteLength;
  const descent = (steps: number): Call<DescentFunctions> => {
    const sizes = [count, steps, at.width, at.samples, outputs, batchSize, replacement ? 1 : 0] as const;
    const where = [at.x, w.address, state.address, at.order, workspace] as const;
    return population
      ? ["descendTogether", ...sizes, scale, patience, ...where, at.weights]
      : ["descend", ...sizes, scale, patience, ...where];
  };
  const observation = (segment: number): Call<DescentFunctions> => [
    "observe",
    count,
    at.width,
    at.weights,
    at.positions,
    observed.cuts.length,
    observed.kept.length,
    w.address,
    state.address,
    record.address + 8 * segment * count * at.recordLength,
  ];
  return {
    // room for a batch with its rows and products, and for what it takes to split a population
    bytes: workspace + batchSize * (8 + 12 * outputs) + 8 + 12 * count,
    inputs: [
      { ...w, write: (target) => target.set(vectors) },
      { ...state, write: (target) => target.set(states) },
    ],
    calls: segments.flatMap((steps, segment) => [descent(steps), observation(segment)]),
    outputs: [
      { ...w, read: (source) => vectors.set(source) },
      { ...state, read: (source) => states.set(source) },
      { ...record, read: (source) => records.set(source) },
    ],
  };
}

/** Rows without gaps into rows of `width`, filled up with what is there. */
function copyRows(source: Float64Array, columns: number, target: Float64Array, width: number): void {
  for (let i = 0; i * columns < source.length; i++) {
    target.set(source.subarray(i * columns, (i + 1) * columns), i * width);
  }
}
