import type { Matrix } from "../../linalg/matrix.ts";
import { dense } from "../../linalg/matrix.ts";
import type { SampledGramLinearization } from "../../models/linearization.ts";
import { powerOfTwoBelow } from "../point.ts";
import type { SampleBlock } from "./pairSums.ts";
import type { ExactPart } from "./sweeps.ts";

/** Largest m·C of a block: above it the sums over a block cost more than forming it. */
const blockRows = 640;
/** A block forms its samples' gradients once for m − 1 pairs each; beyond this many that is no longer what costs. */
const blockSamples = 128;

/** Samples in one block: `wanted`, or as many as keep its K small, at least two. */
export function blockSize(outputs: number, wanted = blockSamples): number {
  return Math.max(2, Math.min(blockSamples, wanted, Math.floor(blockRows / outputs)));
}

/** K of some samples with what goes with it, in the scaled units of the sums. */
export interface BlockGrams {
  /** K is divided by this power of two, so that squares of its entries neither overflow nor vanish. */
  readonly gramScale: number;
  of(samples: Int32Array): Promise<Omit<SampleBlock, "weights">>;
}

/** `probe`: samples whose K is typical. */
export async function blockGrams(
  linearization: SampledGramLinearization,
  { point, meanImages, gradientNormSquared }: ExactPart,
  probe: Int32Array,
): Promise<BlockGrams> {
  const { outputs } = linearization;
  const { data } = await linearization.gramOf(probe);
  let largest = 0;
  for (let k = 0; k < data.length; k++) largest = Math.max(largest, Math.abs(data[k]));
  const gramScale = powerOfTwoBelow(largest);
  const rowsOf = (values: Float64Array, samples: Int32Array, scale: number): Float64Array => {
    const rows = new Float64Array(samples.length * outputs);
    for (let k = 0; k < rows.length; k++) {
      rows[k] = values[samples[Math.floor(k / outputs)] * outputs + (k % outputs)] / scale;
    }
    return rows;
  };
  return {
    gramScale,
    async of(samples) {
      const gram = dense(await linearization.gramOf(samples)) as Matrix<Float64Array>;
      for (let k = 0; k < gram.data.length; k++) {
        gram.data[k] /= gramScale;
        if (!Number.isFinite(gram.data[k])) {
          throw new RangeError(`Gram matrix: expected finite numbers, got ${gram.data[k]}`);
        }
      }
      return {
        samples,
        gram,
        residuals: rowsOf(point.residuals, samples, 1),
        meanImages: rowsOf(meanImages, samples, gramScale),
        gradientNormSquared: gradientNormSquared / gramScale,
      };
    },
  };
}
