/**
 * Elementwise work and data movement of network layers, on contiguous arrays of one precision: what the dense kernels
 * do not cover. plainVectorMath.ts loops in JavaScript and is the reference; see kernels/ for the fast one.
 */
import type { FloatArray } from "./matrix.ts";

/** Of the numbers that sweeps compute with. */
export type Precision = "float32" | "float64";

/** A smooth (almost everywhere) function of one number. */
export interface ScalarFunction {
  /** What a fast implementation recognises it by: "relu", "leakyReLU", "tanh", … */
  readonly kind: string;
  /** The slope below 0 of "leakyReLU". */
  readonly slope?: number;
  /** Straight but for kinks: σ' then is as cheap to compute as to keep. */
  readonly piecewiseLinear?: true;
  /** σ(z) */
  value(z: number): number;
  /** σ'(z); at a kink, the slope on the left. */
  derivative(z: number): number;
  /** σ''(z); 0 at a kink. */
  secondDerivative(z: number): number;
}

/** How a kernel slides over the channels×height×width image of one sample. */
export interface SlidingWindow {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Taps: [vertical, horizontal], as in all pairs below. */
  readonly kernel: readonly [number, number];
  /** Pixels from one place of the window to the next. */
  readonly stride: readonly [number, number];
  /** Pixels from one tap to the next: 1 without gaps. */
  readonly dilation: readonly [number, number];
  /**
   * Zeros above and to the left, below and to the right as many as the output asks for; negative where the window starts
   * inside the image.
   */
  readonly padding: readonly [number, number];
  /** Places of the window, down and across. */
  readonly outHeight: number;
  readonly outWidth: number;
}

/** One number of each kind for every channel, in arrays of one length: x becomes scale·(x − centre) + shift. */
export interface ChannelMove {
  readonly centre: FloatArray;
  readonly scale: FloatArray;
  readonly shift: FloatArray;
}

/**
 * Elementwise work and data movement on contiguous arrays. Those of one call have one precision, and one length where nothing
 * else is said. Lengths that do not fit together are programming errors; implementations need not check them.
 */
export interface VectorMath {
  /** What is in use, for people. */
  readonly description: string;
  /**
   * A zeroed array on which the functions below are fastest; other arrays give the same results up to rounding. Throws a
   * RangeError on a length below 0 or beyond what memory allows.
   */
  allocate(precision: Precision, length: number): FloatArray;
  /**
   * Gives an allocated array back: it must not be used afterwards. Arrays from elsewhere are let be; the fast implementation
   * throws a RangeError on a place of its memory where no array in use begins, or one of another size.
   */
  release(array: FloatArray): void;

  /** y ← y + alpha·x. */
  axpy(alpha: number, x: FloatArray, y: FloatArray): void;
  /** out ← x ∘ y. */
  multiply(x: FloatArray, y: FloatArray, out: FloatArray): void;
  /** out ← out + alpha·x ∘ y. */
  multiplyAdd(alpha: number, x: FloatArray, y: FloatArray, out: FloatArray): void;

  /** out ← σ(x); out may be x. */
  map(f: ScalarFunction, x: FloatArray, out: FloatArray): void;
  /** out ← σ(x) and slopes ← σ'(x), of a smooth σ in less time than one after the other; out may be x. */
  mapWithSlopes(f: ScalarFunction, x: FloatArray, out: FloatArray, slopes: FloatArray): void;
  /** out ← σ'(x) ∘ t; out may be t. */
  mapDerivative(f: ScalarFunction, x: FloatArray, t: FloatArray, out: FloatArray): void;
  /** out ← out + σ''(x) ∘ a ∘ b. */
  mapSecondDerivative(f: ScalarFunction, x: FloatArray, a: FloatArray, b: FloatArray, out: FloatArray): void;

  /** a_ij ← a_ij + v_j for a of any number of rows of length v. */
  addToRows(v: FloatArray, a: FloatArray): void;
  /** a_ij ← a_ij + v_(i mod length of v) for rows of `columns`: one number a channel. */
  addToColumns(columns: number, v: FloatArray, a: FloatArray): void;
  /** out_j ← out_j + alpha·Σ_i a_ij for rows of the length of out. Sums in float64. */
  sumRows(alpha: number, a: FloatArray, out: FloatArray): void;
  /** out_k ← out_k + alpha·Σ over rows i ≡ k (mod length of out) and j of a_ij, rows of `columns`. Sums in float64. */
  sumColumns(columns: number, alpha: number, a: FloatArray, out: FloatArray): void;
  /** y_ij ← beta·y_ij + the move of x_ij by the numbers at i mod their length, for rows of `columns`. */
  moveChannels(columns: number, move: ChannelMove, x: FloatArray, beta: 0 | 1, y: FloatArray): void;
  /**
   * out_k ← out_k + alpha·Σ over rows i ≡ k (mod length of out and of centre) and j of y_ij (x_ij − centre_k), for rows of
   * `columns`. Sums in float64.
   */
  sumProducts(
    columns: number,
    alpha: number,
    y: FloatArray,
    x: FloatArray,
    centre: FloatArray,
    out: FloatArray,
  ): void;
  /**
   * sums ← beta·sums + values ∘ (weights + shift) in float64, where each of the weights, in rows of `columns`, is that of a
   * block of size × size in the other two, row-major as well.
   */
  addWeightedBlocks(
    size: number,
    columns: number,
    shift: number,
    weights: FloatArray,
    values: FloatArray,
    beta: 0 | 1,
    sums: Float64Array,
  ): void;

  /**
   * columns ← the (channels·kernel) × (outHeight·outWidth) matrix of patches of one image, row-major; its rows go by channel,
   * then down and across the kernel, its columns down and across the output. Zeros where padded.
   */
  unfold(window: SlidingWindow, image: FloatArray, columns: FloatArray): void;
  /** image ← image + the adjoint of `unfold` applied to columns. */
  fold(window: SlidingWindow, columns: FloatArray, image: FloatArray): void;
  /**
   * places ← where in `images`, of channels×height×width, the largest number under each window stands, channels ×
   * outHeight × outWidth: the first of equals; a NaN counts as largest, the last of several; zeros around the image do not
   * count. Each window has to hold a pixel. Fast for windows inside the image, and for `places` on the memory of an
   * allocated array.
   */
  findMaxima(window: SlidingWindow, images: FloatArray, places: Int32Array): void;
  /** out_i ← x at places_i, for as many places as `out` has numbers, all of them in x. */
  gather(x: FloatArray, places: Int32Array, out: FloatArray): void;
  /** The adjoint: out ← 0, then out at places_i ← itself + x_i for each number of x, one after another. */
  scatter(x: FloatArray, places: Int32Array, out: FloatArray): void;
}
