import type { Kernels } from "../linalg/kernels/kernels.ts";
import { lanczos } from "../linalg/lanczos.ts";
import { matrix } from "../linalg/matrix.ts";
import type { RandomStream } from "../random/stream.ts";
import type { GeometryPoint } from "./point.ts";
import { type GaussNewtonSpectrum, gaussNewtonSpectrum, refineSmallRows } from "./spectrum.ts";

/** Up to this n·C the whole spectrum takes no longer than a few of its pairs. */
const smallSize = 256;

/**
 * The `count` largest eigenvalues of G with their eigenvectors, or as many as are not zero: the beginning of
 * `gaussNewtonSpectrum` for a small part of its time, by products with K. Eigenvectors agree with those of the whole
 * spectrum to about 1e-10·λ₁ over the gap between eigenvalues.
 */
export async function leadingSpectrum(
  point: GeometryPoint,
  count: number,
  { kernels, stream }: { readonly kernels: Kernels; readonly stream: RandomStream },
): Promise<GaussNewtonSpectrum> {
  const { gram } = point;
  const size = gram.rows;
  if (size <= smallSize || count > size / 8)
    return beginning(await gaussNewtonSpectrum(point, kernels), count);
  const { largest, complete } = await lanczos(
    {
      size,
      apply(v) {
        const image = new Float64Array(size);
        kernels.gemv(1, gram, v, 0, image);
        return image;
      },
    },
    { kernels, random: stream, largest: count },
  );
  if (!complete || !largest.every(({ converged }) => converged)) {
    return beginning(await gaussNewtonSpectrum(point, kernels), count);
  }
  const threshold = size * Number.EPSILON * largest[0].value;
  const pairs = largest.filter(({ value }) => value > threshold);
  const vectors = matrix(size, pairs.length);
  for (const [k, { vector }] of pairs.entries()) {
    for (let i = 0; i < size; i++) vectors.data[i * pairs.length + k] = vector[i];
  }
  if (point.lossKind !== "mse") {
    refineSmallRows(vectors, gram, Float64Array.from(pairs, ({ value }) => value).reverse(), kernels);
  }
  return {
    eigenvalues: Float64Array.from(pairs, ({ value }) => (value / point.samples) * point.gramScale),
    vectors,
  };
}

function beginning({ eigenvalues, vectors }: GaussNewtonSpectrum, count: number): GaussNewtonSpectrum {
  return {
    eigenvalues: eigenvalues.slice(0, count),
    vectors: { ...vectors, columns: Math.min(count, vectors.columns) },
  };
}
