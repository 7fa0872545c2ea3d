import { dense, type Matrix } from "../linalg/matrix.ts";
import type { JacobianBlock } from "./moments.ts";
import type { NoiseSummary } from "./noise.ts";
import { largest, powerOfTwoBelow } from "./point.ts";

/** Fourth powers of what lies within, and their sums, neither overflow nor vanish. */
const harmless = { least: 2 ** -100, most: 2 ** 100 };

/** A sweep over blocks of samples whose numbers are divided by powers of two, so without rounding, where they need it. */
export interface ScaledBlocks {
  sweep(): AsyncGenerator<JacobianBlock>;
  readonly residualScale: number;
  /** Of the largest entry of the first block: known once that has been swept. */
  jacobianScale(): number;
}

/** `residuals`: of all samples. Blocks that need no scaling are passed on as they are. Throws a RangeError on a NaN or an infinite number among residuals. */
export function scaledBlocks(
  residuals: Float64Array,
  sweep: () => AsyncIterable<JacobianBlock>,
): ScaledBlocks {
  const residualScale = scaleOf(largest(residuals, "residuals"));
  let jacobianScale: number | undefined;
  return {
    residualScale,
    jacobianScale: () => jacobianScale ?? 1,
    async *sweep() {
      for await (const block of sweep()) {
        jacobianScale ??= scaleOf(largestEntry(block.jacobian));
        yield {
          jacobian: jacobianScale === 1 ? block.jacobian : over(block.jacobian, jacobianScale),
          residuals:
            residualScale === 1 ? block.residuals : block.residuals.map((value) => value / residualScale),
        };
      }
    },
  };
}

/** What was measured of scaled blocks, in the units of the blocks themselves. */
export function inUnits(summary: NoiseSummary, blocks: ScaledBlocks): NoiseSummary {
  const [r, j] = [blocks.residualScale, blocks.jacobianScale()];
  // r·j first: neither r² nor j² need be a number where the product of both is; 0 stays 0 where r·j is none
  const ofGradients = (value: number) => (value === 0 ? 0 : value * (r * j) * (r * j));
  return {
    loss: summary.loss * r * r,
    gaussNewtonTrace: summary.gaussNewtonTrace * j * j,
    gaussNewtonFrobenius: summary.gaussNewtonFrobenius * j * j,
    noiseTrace: ofGradients(summary.noiseTrace),
    gradientNormSquared: ofGradients(summary.gradientNormSquared),
  };
}

function scaleOf(size: number): number {
  return size >= harmless.least && size <= harmless.most ? 1 : powerOfTwoBelow(size);
}

function largestEntry({
  data,
  rows,
  columns,
  offset,
  rowStride,
  columnStride,
}: Matrix<Float64Array>): number {
  let most = 0;
  for (let row = 0; row < rows; row++) {
    const start = offset + row * rowStride;
    for (let k = 0; k < columns; k++) most = Math.max(most, Math.abs(data[start + k * columnStride]));
  }
  return most;
}

function over(a: Matrix<Float64Array>, scale: number): Matrix<Float64Array> {
  const copy = dense(a);
  for (let k = 0; k < copy.data.length; k++) copy.data[k] /= scale;
  return copy;
}
