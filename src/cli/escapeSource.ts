import { type ArraySource, readAll } from "../data/arraySource.ts";
import { openArray } from "../data/openArray.ts";
import { type ReducedProblem, reducedLinearization } from "../dynamics/reducedProblem.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { jacobianFile } from "../models/jacobianFile.ts";

/** Eigenvalues of G from an npy file, where they may be in any order, descending. Throws an InputError where they are not numbers from 0 to 1e300. */
export async function readSpectrum(path: string): Promise<Float64Array> {
  const array = await openArray(path);
  try {
    const { name, shape } = array;
    if (shape.length !== 1 || shape[0] === 0) {
      throw new InputError(
        `${name}: expected the eigenvalues in one row, shape (p), got shape (${shape.join(", ")}); reshape it`,
      );
    }
    const values = await readAll(array);
    const wrong = values.findIndex((value) => !(value >= 0 && value <= 1e300));
    if (wrong >= 0) {
      throw new InputError(
        `${name}: expected eigenvalues of a positive semi-definite matrix, from 0 to 1e300, got ${values[wrong]} at ${wrong}; set rounding below 0 to 0`,
      );
    }
    return values.sort((a, b) => b - a);
  } finally {
    await array.close();
  }
}

/** A Jacobian of shape (n, p) or (n, C, p) in an npy file, at a minimum where all residuals are 0. */
export async function readMinimum(
  path: string,
  kernels: Kernels,
  onProgress: (fraction: number) => void,
): Promise<ReducedProblem> {
  const jacobian = await openArray(path);
  try {
    const residuals = zeros(jacobian);
    const linearization = await jacobianFile({ jacobian, residuals, kernels, onProgress });
    return await reducedLinearization(linearization, kernels);
  } finally {
    await jacobian.close();
  }
}

/** Residuals of 0, one an output. */
function zeros({ name, shape }: ArraySource): ArraySource {
  return {
    name,
    shape: shape.slice(0, -1),
    dtype: "float64",
    order: "C",
    read: async (_start, _count, target) => target,
    close: async () => {},
  };
}
