import type { FloatArray, Matrix, SymmetricMatrix } from "../matrix.ts";

/** n eigenvalues, ascending; column k of `vectors`, n×n, is the eigenvector of `values[k]`, of norm 1. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Matrix<Float64Array>;
}

/** Products that a work of `shareOut` has done for it; as those of `Kernels`, and a promise where they are done elsewhere. */
export interface Products {
  /** C ← alpha·A·B + beta·C. */
  gemm<T extends FloatArray>(
    alpha: number,
    a: Matrix<T>,
    b: Matrix<T>,
    beta: number,
    c: Matrix<T>,
  ): void | Promise<void>;
  /** Lower triangle of C ← alpha·A·Aᵀ + beta·C. */
  syrk<T extends FloatArray>(alpha: number, a: Matrix<T>, beta: number, c: Matrix<T>): void | Promise<void>;
}

/**
 * The dense operations that everything above is written with. Two implementations: `native` (the system's
 * BLAS/LAPACK) and `wasm` (our SIMD module, also in the browser, and `wasm-relaxed`, which fuses multiply-add in products). All
 * follow BLAS on special values: with beta = 0 the old content of the output is not read; NaN and Inf in an input that is read
 * propagate.
 *
 * Inputs may have any strides; an operand with neither stride 1 is copied first. Outputs need a row or a column
 * stride of 1 and must not overlap an input (not checked). Shapes that do not fit throw a RangeError that names them, as do
 * operands of two precisions, a view that leaves its array, and an output of other strides.
 */
export interface Kernels {
  /** Of one kind: results of another have other last digits. */
  readonly name: "native" | "wasm" | "wasm-relaxed";
  /** What is in use, for people: library file, its build, SIMD kind. */
  readonly description: string;
  /** Threads that large calls may use; of wasm, background calls alone. */
  readonly threads: number;

  /** C ← alpha·A·B + beta·C for A m×k, B k×n and C m×n. */
  gemm<T extends FloatArray>(alpha: number, a: Matrix<T>, b: Matrix<T>, beta: number, c: Matrix<T>): void;
  /**
   * Lower triangle of C ← alpha·A·Aᵀ + beta·C for A m×k and C m×m; the strict upper triangle is left as it was (see
   * `mirrorLower`).
   */
  syrk<T extends FloatArray>(alpha: number, a: Matrix<T>, beta: number, c: Matrix<T>): void;
  /** y ← alpha·A·x + beta·y for A m×n, x of length n and y of length m. */
  gemv<T extends FloatArray>(alpha: number, a: Matrix<T>, x: T, beta: number, y: T): void;
  /**
   * B ← A·B in place, for A m×m of which only the lower triangle is read, and B m×n: half of the operations of `gemm`. B is an output
   * as above. A transpose gives the other side: Bᵀ ← AᵀBᵀ is B ← B·A for A upper triangular.
   */
  trmm<T extends FloatArray>(a: Matrix<T>, b: Matrix<T>): void;
  /**
   * All eigenvalues and vectors of `a`, n×n; only its lower triangle is read, `a` is kept. Householder's reduction with divide
   * and conquer (Cuppen 1981; Gu & Eisenstat 1995): LAPACK's dsyevd, or our own. Throws a RangeError when `a` is not square or
   * has NaN or Inf there, and natively when n > 32766; an Error when the iteration does not converge.
   */
  symmetricEigen(a: SymmetricMatrix): SymmetricEigen;
  /** All n eigenvalues, ascending. Reads and throws as `symmetricEigen`. */
  symmetricEigenvalues(a: SymmetricMatrix): Float64Array;

  /**
   * The same results as the calls above, off the calling thread but for small ones; inputs must not change, nor the output be
   * used, until the promise settles. What the calls above throw, it rejects with.
   */
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
    /** As `trmm`. */
    trmm<T extends FloatArray>(a: Matrix<T>, b: Matrix<T>): Promise<void>;
    /** As `symmetricEigen`. */
    symmetricEigen(a: SymmetricMatrix): Promise<SymmetricEigen>;
    /** As `symmetricEigenvalues`. */
    symmetricEigenvalues(a: SymmetricMatrix): Promise<Float64Array>;
  };

  /**
   * Does works that do not depend on each other, some at a time so that all threads have products to compute; what a work does
   * between its products is done on the calling thread. As many products as threads, each on one, gain more than one product
   * on all of them. Nothing else should compute until the promise settles: where works reject, with the error of one of them
   * when the others under way have ended.
   */
  shareOut(works: Iterable<(products: Products) => Promise<void>>): Promise<void>;

  /**
   * Ends the worker threads of wasm, whose calls under way reject; natively waits for background calls, and leaves the library
   * loaded. The object must not be used afterwards.
   */
  close(): Promise<void>;
}
