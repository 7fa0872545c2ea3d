import type { FloatArray, Matrix, SymmetricMatrix } from "../matrix.ts";

/** Eigenvalues ascending; column k of `vectors` is the unit eigenvector of `values[k]`. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Matrix<Float64Array>;
}

/**
 * The dense operations that everything above is written with. Two implementations: `native` (the system's
 * BLAS/LAPACK) and `wasm` (our SIMD module, also in the browser). Both follow BLAS on special values: with
 * beta = 0 the old content of the output is not read; NaN and Inf in an input that is read propagate.
 *
 * Inputs may have any strides; an operand with neither stride 1 is copied first. Outputs need a row or a column
 * stride of 1 and must not overlap an input. Shapes that do not fit throw a RangeError that names them.
 */
export interface Kernels {
  readonly name: "native" | "wasm";
  /** What is in use, for people: library file, its build, SIMD kind. */
  readonly description: string;
  /** Threads that large calls may use. */
  readonly threads: number;

  /** C ← alpha·A·B + beta·C. */
  gemm<T extends FloatArray>(alpha: number, a: Matrix<T>, b: Matrix<T>, beta: number, c: Matrix<T>): void;
  /** Lower triangle of C ← alpha·A·Aᵀ + beta·C; the strict upper triangle is left as it was (see `mirrorLower`). */
  syrk<T extends FloatArray>(alpha: number, a: Matrix<T>, beta: number, c: Matrix<T>): void;
  /** y ← alpha·A·x + beta·y. */
  gemv<T extends FloatArray>(alpha: number, a: Matrix<T>, x: T, beta: number, y: T): void;
  /** All eigenvalues and vectors; only the lower triangle of `a` is read, `a` is kept. NaN or Inf throws a RangeError. */
  symmetricEigen(a: SymmetricMatrix): SymmetricEigen;
  /** All eigenvalues, ascending. */
  symmetricEigenvalues(a: SymmetricMatrix): Float64Array;

  /** The same results as the calls above, off the calling thread; inputs must not change until the promise settles. */
  readonly background: {
    /** As `gemm`. */
    gemm<T extends FloatArray>(
      alpha: number,
      a: Matrix<T>,
      b: Matrix<T>,
      beta: number,
      c: Matrix<T>,
    ): Promise<void>;
    /** As `syrk`. */
    syrk<T extends FloatArray>(alpha: number, a: Matrix<T>, beta: number, c: Matrix<T>): Promise<void>;
    /** As `symmetricEigen`. */
    symmetricEigen(a: SymmetricMatrix): Promise<SymmetricEigen>;
    /** As `symmetricEigenvalues`. */
    symmetricEigenvalues(a: SymmetricMatrix): Promise<Float64Array>;
  };

  /** Ends worker threads and library handles; the object must not be used afterwards. */
  close(): Promise<void>;
}
