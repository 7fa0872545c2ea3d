/** What the module offers to src/linalg/kernels/descentModule.ts; addresses in bytes. */
import { drawWithoutReplacement, drawWithReplacement } from "./batch";
import { rescale } from "./rescale";
import { descendAlong } from "./rows";
import { splitUneven } from "./split";
import { EXPONENT, STATE_BYTES } from "./state";

/** First address that the module does not use itself. */
export function heapStart(): usize {
  return (__heap_base + 63) & ~63;
}

/**
 * `steps` steps w ← w − scale·Σ_{i in batch} X_iᵀ(X_i w) of each of `count` vectors, each with batches of its own stream.
 * Sample i is the rows i·outputs … of X. Vectors and rows have `width` elements, a multiple of four; at least every
 * `patience` steps vectors that have grown or shrunk are scaled back. `workspace` has room for
 * batchSize·(8 + 12·outputs) bytes.
 */
export function descend(
  count: usize, steps: u32, width: usize, samples: u32, outputs: u32, batchSize: u32, replacement: bool,
  scale: f64, patience: u32, x: usize, w: usize, states: usize, order: usize, workspace: usize,
): void {
  const bytes = width << 3;
  for (let t: usize = 0; t < count; t++) {
    for (let step: u32 = 1; step <= steps; step++) {
      descendOnce(bytes, samples, outputs, batchSize, replacement, scale, x, w, states, order, workspace);
      if (step % patience == 0 || step == steps) rescale(bytes, w, states + EXPONENT);
    }
    w += bytes;
    states += STATE_BYTES;
  }
}

/**
 * The same for the vectors of one population, after each step of which `splitUneven` evens out their losses; its stream
 * stands behind the vectors' states, and `workspace` has room for 8 + 12·count bytes more.
 */
export function descendTogether(
  count: usize, steps: u32, width: usize, samples: u32, outputs: u32, batchSize: u32, replacement: bool,
  scale: f64, patience: u32, x: usize, w: usize, states: usize, order: usize, workspace: usize, weights: usize,
): void {
  const bytes = width << 3;
  const losses = (workspace + <usize>batchSize * (8 + 12 * <usize>outputs) + 7) & ~7;
  for (let step: u32 = 1; step <= steps; step++) {
    for (let t: usize = 0; t < count; t++) {
      const vector = w + t * bytes;
      const state = states + t * STATE_BYTES;
      descendOnce(bytes, samples, outputs, batchSize, replacement, scale, x, vector, state, order, workspace);
      if (step % patience == 0 || step == steps) rescale(bytes, vector, state + EXPONENT);
    }
    splitUneven(count, width, weights, w, states, losses);
  }
}

/** One step of one vector. */
function descendOnce(
  bytes: usize, samples: u32, outputs: u32, batchSize: u32, replacement: bool,
  scale: f64, x: usize, w: usize, stream: usize, order: usize, workspace: usize,
): void {
  const rowCount = batchSize * outputs;
  const products = workspace;
  const rows = products + ((<usize>rowCount) << 3);
  const batch = rows + ((<usize>rowCount) << 2);
  if (replacement) drawWithReplacement(stream, samples, batchSize, batch);
  else drawWithoutReplacement(stream, samples, batchSize, order, batch + ((<usize>batchSize) << 2), batch);
  let row = rows;
  for (let k: u32 = 0; k < batchSize; k++) {
    let address = x + <usize>(load<u32>(batch + ((<usize>k) << 2)) * outputs) * bytes;
    for (let output: u32 = 0; output < outputs; output++) {
      store<usize>(row, address);
      row += 4;
      address += bytes;
    }
  }
  descendAlong(rowCount, bytes, rows, scale, products, w);
}

/**
 * For each of `count` vectors one record of float64: its exponent, then Σ weights_j·w_j² over the elements before each of
 * `cuts` ascending positions (and after the one before), and then the `kept` elements whose positions follow the cuts.
 */
export function observe(
  count: usize, width: usize, weights: usize, cuts: usize, cutCount: u32, kept: u32,
  w: usize, states: usize, records: usize,
): void {
  for (let t: usize = 0; t < count; t++) {
    store<f64>(records, <f64>load<i32>(states, EXPONENT));
    records += 8;
    let j: u32 = 0;
    for (let k: u32 = 0; k < cutCount; k++) {
      const end = load<u32>(cuts + ((<usize>k) << 2));
      let sum: f64 = 0;
      for (; j < end; j++) {
        const value = load<f64>(w + ((<usize>j) << 3));
        sum += load<f64>(weights + ((<usize>j) << 3)) * value * value;
      }
      store<f64>(records, sum);
      records += 8;
    }
    for (let k: u32 = 0; k < kept; k++) {
      const position = load<u32>(cuts + ((<usize>(cutCount + k)) << 2));
      store<f64>(records, load<f64>(w + ((<usize>position) << 3)));
      records += 8;
    }
    w += width << 3;
    states += STATE_BYTES;
  }
}
