import { InputError } from "../../../inputError.ts";
import { type FloatArray, type Matrix, transpose } from "../../../linalg/matrix.ts";
import type { BindContext, Operation, Rule } from "../operation.ts";
import { describeShape, type Shape, sameShape } from "../shape.ts";

/**
 * y = A·B, or A·Bᵀ with `transposeRight`, over the last two axes of two inputs with equal leading axes, as torch.matmul:
 * …×m×k and …×k×n (…×n×k) → …×m×n. `apply` throws an InputError where they do not fit; leading axes do not broadcast.
 */
export function matmul({ transposeRight = false }: { readonly transposeRight?: boolean } = {}): Operation {
  const fits = (a: Shape, b: Shape) =>
    a.length >= 2 && sameShape(a.slice(0, -2), b.slice(0, -2)) && a.at(-1) === b.at(transposeRight ? -1 : -2);
  return {
    name: "matmul",
    arity: { inputs: 2, parameters: 0 },
    outputShape([a, b]) {
      if (!fits(a, b)) {
        throw new InputError(
          `matmul: expected two stacks of matrices that multiply${transposeRight ? " after transposing the right one" : ""}, got ${describeShape(a)} and ${describeShape(b)}`,
        );
      }
      return [...a.slice(0, -1), b.at(transposeRight ? -2 : -1)!];
    },
    bind: ([a, b], _, context) => matmulRule(a, b, transposeRight, context),
  };
}

function matmulRule(a: Shape, b: Shape, transposeRight: boolean, { kernels }: BindContext): Rule {
  const [rows, inner] = a.slice(-2);
  const columns = b.at(transposeRight ? -2 : -1)!;
  const part = (data: FloatArray, k: number, height: number, width: number): Matrix<FloatArray> => ({
    data,
    rows: height,
    columns: width,
    offset: k * height * width,
    rowStride: width,
    columnStride: 1,
  });
  const left = (data: FloatArray, k: number) => part(data, k, rows, inner);
  const right = (data: FloatArray, k: number) =>
    transposeRight ? transpose(part(data, k, columns, inner)) : part(data, k, inner, columns);
  const result = (data: FloatArray, k: number) => part(data, k, rows, columns);

  /** y ← A·B + beta·y. */
  const product = (x: FloatArray, z: FloatArray, beta: number, y: FloatArray) => {
    const stack = y.length / (rows * columns);
    for (let k = 0; k < stack; k++) kernels.gemm(1, left(x, k), right(z, k), beta, result(y, k));
  };
  /** target ← Ȳ·Bᵀ + beta·target. */
  const pullLeft = (cotangent: FloatArray, z: FloatArray, beta: number, target: FloatArray) => {
    const stack = cotangent.length / (rows * columns);
    for (let k = 0; k < stack; k++) {
      kernels.gemm(1, result(cotangent, k), transpose(right(z, k)), beta, left(target, k));
    }
  };
  /** target ← Aᵀ·Ȳ + beta·target, transposed where the right input is. */
  const pullRight = (cotangent: FloatArray, x: FloatArray, beta: number, target: FloatArray) => {
    const stack = cotangent.length / (rows * columns);
    for (let k = 0; k < stack; k++) {
      kernels.gemm(1, transpose(left(x, k)), result(cotangent, k), beta, right(target, k));
    }
  };
  return {
    forward: ({ inputs: [x, z], output }) => product(x, z, 0, output),
    jvp({ inputs: [x, z] }, { inputs: [alongX, alongZ] }, out) {
      if (alongX) product(alongX, z, 0, out);
      if (alongZ) product(x, alongZ, alongX ? 1 : 0, out);
    },
    vjp({ inputs: [x, z] }, cotangent, [targetX, targetZ]) {
      if (targetX) pullLeft(cotangent, z, 0, targetX);
      if (targetZ) pullRight(cotangent, x, 0, targetZ);
    },
    curvature(_, { inputs: [alongX, alongZ] }, cotangent, [targetX, targetZ]) {
      if (targetX && alongZ) pullLeft(cotangent, alongZ, 1, targetX);
      if (targetZ && alongX) pullRight(cotangent, alongX, 1, targetZ);
    },
  };
}
