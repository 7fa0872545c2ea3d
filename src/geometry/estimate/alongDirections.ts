import { type Matrix, matrix } from "../../linalg/matrix.ts";
import type { Linearization } from "../../models/linearization.ts";
import type { Alignment } from "../alignment.ts";
import { directionalAlignments } from "../directional.ts";
import type { Undefined } from "../undefined.ts";
import { residualPoint } from "./sweeps.ts";

/**
 * g and g₁ along each of these directions of parameter space (length p, any scale), exact: one product with J each
 * (docs/theory.md §2), however many samples there are. A Gaussian vector is a random direction. Throws the reason of `signal`
 * once that is aborted, and a RangeError where a product or a residual is not finite, or residuals are not samples × outputs.
 */
export async function alignmentsAlong(
  linearization: Linearization,
  directions: readonly Float64Array[],
  signal?: AbortSignal,
): Promise<readonly (Alignment | Undefined)[]> {
  const images = await imagesOf(linearization, directions, signal);
  return directionalAlignments(residualPoint(linearization), images);
}

/** J v of each direction as the columns of an n·C × count matrix. */
export async function imagesOf(
  linearization: Linearization,
  directions: readonly Float64Array[],
  signal?: AbortSignal,
): Promise<Matrix<Float64Array>> {
  const count = directions.length;
  const images = matrix(linearization.samples * linearization.outputs, count);
  for (const [k, direction] of directions.entries()) {
    signal?.throwIfAborted();
    const image = await linearization.jvp(direction);
    for (let row = 0; row < image.length; row++) images.data[row * count + k] = image[row];
  }
  return images;
}
