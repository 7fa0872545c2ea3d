import type { LossKind } from "../../models/linearization.ts";
import type { SampleRange } from "../../sampleRange.ts";
import type { Alignment } from "../alignment.ts";
import { noLoss } from "../loss.ts";
import type { NoiseSummary } from "../noise.ts";
import { type Undefined, zeroGaussNewton } from "../undefined.ts";
import {
  nothing,
  plus,
  product,
  quotient,
  type Scaled,
  shifted,
  squareRoot,
  times,
  unscaled,
} from "./scaled.ts";
import type { GradientImages, Tile } from "./tile.ts";

/** What tiles add up to: all that sums over K give. */
export interface TiledGeometry {
  readonly samples: number;
  readonly outputs: number;
  readonly summary: NoiseSummary;
  readonly lossAlignment: Alignment | Undefined;
}

export interface TileGathering {
  add(tile: Tile): void;
  /** Throws a RangeError where tiles are missing. */
  finish(): TiledGeometry;
}

/**
 * Adds up tiles of K of n samples with C outputs, each pair of samples in one tile (that of (j,i) being the one of (i,j)). To the bit the same
 * whoever took the tiles, as long as they are added in the same order. Memory grows with n·C.
 */
export function gatherTiles(samples: number, outputs: number, lossKind: LossKind): TileGathering {
  let [frobenius, squares, centred, products] = [nothing, nothing, nothing, nothing];
  let [losses, trace, own] = [nothing, nothing, nothing];
  let pairs = 0;
  /** J g of the samples seen so far, at every output: its mean, over 2^exponent, and how many they are. */
  const mean = new Float64Array(samples * outputs);
  const seen = new Int32Array(samples);
  let exponent = 0;

  /** Σ‖h_i − h̄‖² of both groups from those of each: nothing cancels. */
  const combine = (images: GradientImages, of: SampleRange, at: SampleRange) => {
    if (images.exponent > exponent || squares.value === 0) {
      for (let b = 0; b < mean.length; b++) mean[b] = shifted(mean[b], exponent - images.exponent);
      exponent = images.exponent;
    }
    const before = seen[at.start];
    const both = before + of.count;
    let between = 0;
    for (let b = 0; b < images.sum.length; b++) {
      const own = shifted(images.sum[b], images.exponent - exponent) / of.count;
      const difference = own - mean[at.start * outputs + b];
      mean[at.start * outputs + b] += difference * (of.count / both);
      between += difference ** 2;
    }
    seen.fill(both, at.start, at.start + at.count);
    centred = plus(centred, images.deviations);
    centred = plus(centred, { value: (between * before * of.count) / both, exponent: 2 * exponent });
    squares = plus(squares, images.squares);
  };

  return {
    add({ rows, columns, onColumns, onRows, own: ofDiagonal, ...sums }) {
      const mirrored = onRows ? 2 : 1;
      pairs += mirrored * rows.count * columns.count;
      frobenius = plus(frobenius, times(mirrored, sums.frobeniusSquared));
      products = plus(products, times(mirrored, sums.gradientProducts));
      combine(onColumns, rows, columns);
      if (onRows) combine(onRows, columns, rows);
      if (ofDiagonal) {
        losses = plus(losses, ofDiagonal.doubledLosses);
        trace = plus(trace, ofDiagonal.trace);
        own = plus(own, ofDiagonal.gradientSquares);
      }
    },
    finish() {
      if (pairs !== samples ** 2) {
        throw new RangeError(`tiles: expected those of all ${samples ** 2} pairs of samples, got ${pairs}`);
      }
      const n = samples;
      const gradient = atLeastZero(times(1 / n / n, products));
      const summary = {
        loss: unscaled(times(1 / (2 * n), losses)),
        gaussNewtonTrace: unscaled(times(1 / n, trace)),
        gaussNewtonFrobenius: squareRoot(frobenius) / n,
        noiseTrace: unscaled(atLeastZero(plus(times(1 / n, own), times(-1, gradient)))),
        gradientNormSquared: unscaled(gradient),
      };
      return { samples, outputs, summary, lossAlignment: alignment() };
    },
  };

  function alignment(): Alignment | Undefined {
    if (losses.value === 0) return noLoss({ lossKind });
    if (frobenius.value === 0) return zeroGaussNewton;
    const unit = times(1 / samples, product(losses, frobenius));
    return { covariance: quotient(centred, unit), secondMoment: quotient(squares, unit) };
  }
}

function atLeastZero({ value, exponent }: Scaled): Scaled {
  return { value: Math.max(value, 0), exponent };
}
