import type { Kernels } from "../linalg/kernels/kernels.ts";
import { block, column, matrix, transpose } from "../linalg/matrix.ts";
import { norm } from "../linalg/orthonormalBasis.ts";

/** Most dimensions. */
const capacity = 24;

/** The largest Ritz pair of a symmetric map in a space. */
interface AnchoredPair {
  readonly value: number;
  /** The image of the unit Ritz vector. */
  readonly image: Float64Array;
  /** Image − value·vector. */
  readonly rest: Float64Array;
  /** Norm of the part of the Ritz vector that is not along the anchor. */
  readonly correction: number;
}

/**
 * Orthonormal vectors and their images under a symmetric map. That of the first, the anchor, is exact; the others only correct
 * it, and where the correction is small so is what rounding of images in float32 does to it.
 */
export interface AnchoredSpace {
  readonly full: boolean;
  leading(): AnchoredPair;
  /** The unit vector along the part of `direction` that is orthogonal to the space; undefined where nothing is left of it. */
  orthogonal(direction: Float64Array): Float64Array | undefined;
  /** Adds such a vector. */
  extend(vector: Float64Array, image: Float64Array): void;
}

/** Of one dimension: the anchor, of norm 1. */
export function anchoredSpace(
  anchor: Float64Array,
  anchorImage: Float64Array,
  kernels: Kernels,
): AnchoredSpace {
  const size = anchor.length;
  const most = Math.min(capacity, size);
  const vectors = matrix(most, size);
  const images = matrix(most, size);
  const projected = matrix(most, most);
  let count = 0;
  const first = (m: typeof vectors) => block(m, 0, 0, count, size);

  const space: AnchoredSpace = {
    get full() {
      return count === most;
    },
    leading() {
      const ritz = kernels.symmetricEigen(block(projected, 0, 0, count, count));
      const value = ritz.values[count - 1];
      const weights = Float64Array.from(column(ritz.vectors, count - 1));
      const image = new Float64Array(size);
      kernels.gemv(1, transpose(first(images)), weights, 0, image);
      const rest = image.slice();
      kernels.gemv(-value, transpose(first(vectors)), weights, 1, rest);
      return { value, image, rest, correction: norm(weights.subarray(1)) };
    },
    orthogonal(direction) {
      const result = direction.slice();
      const along = new Float64Array(count);
      const whole = norm(direction);
      for (let pass = 0; pass < 2; pass++) {
        kernels.gemv(1, first(vectors), result, 0, along);
        kernels.gemv(-1, transpose(first(vectors)), along, 1, result);
      }
      const left = norm(result);
      return left > 1e-8 * whole ? result.map((entry) => entry / left) : undefined;
    },
    extend(vector, image) {
      vectors.data.set(vector, count * size);
      images.data.set(image, count * size);
      count++;
      // both ⟨v_k, N v⟩ and ⟨N v_k, v⟩ where neither is exact
      const along = new Float64Array(count);
      kernels.gemv(0.5, first(vectors), image, 0, along);
      kernels.gemv(0.5, first(images), vector, 1, along);
      along[0] = 0;
      for (let i = 0; i < size; i++) along[0] += images.data[i] * vector[i];
      projected.data.set(along, (count - 1) * most);
    },
  };
  space.extend(anchor, anchorImage);
  return space;
}
