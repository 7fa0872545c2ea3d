/**
 * What a network is made of. An `Operation` is one kind of node; bound to shapes and a precision it is the rule that
 * the sweeps of evaluation.ts apply: forward, and the products with its derivatives. One file an operation.
 *
 * All arrays hold `count` samples one after another, each of the node's per-sample shape, row-major.
 */
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";
import type { Shape } from "./shape.ts";

/** What a node does, for any shapes; bound to shapes it is a `Rule`. */
export interface Operation {
  /** For messages: "dense", "conv2d". */
  readonly name: string;
  /** How many inputs and parameters it takes, where that is fixed. */
  readonly arity?: { readonly inputs: number; readonly parameters: number };
  /** Per-sample shape of the output. Throws an InputError that says what does not fit. */
  outputShape(inputs: readonly Shape[], parameters: readonly Shape[]): Shape;
  /** The rule for these shapes, which `outputShape` has accepted. */
  bind(inputs: readonly Shape[], parameters: readonly Shape[], context: BindContext): Rule;
}

/** What a rule may compute with. */
export interface BindContext {
  readonly kernels: Kernels;
  readonly math: VectorMath;
  readonly precision: Precision;
  /** Most samples of any later call: what a rule may size arrays of its own by (`math.allocate`, once, when bound). */
  readonly capacity: number;
}

/** Where a rule is applied: values that the forward sweep left, count × size each, and parameters, which all samples share. */
export interface Point {
  readonly count: number;
  readonly inputs: readonly FloatArray[];
  readonly parameters: readonly FloatArray[];
  readonly output: FloatArray;
}

/** Directions of change, each of the length of what changes; undefined stands for zero. */
export interface Tangents {
  readonly inputs: readonly (FloatArray | undefined)[];
  readonly parameters: readonly FloatArray[] | undefined;
}

/** Where to write an input's part; undefined where nobody asks for it. */
export type InputTargets = readonly (FloatArray | undefined)[];

/** With y = f(x, θ), cotangent ȳ: the products that sweeps are made of. Calls follow a `forward` at the same point. */
export interface Rule {
  /** Writes y to point.output. */
  forward(point: Point): void;
  /** out ← ∂f/∂x·ẋ + ∂f/∂θ·θ̇. */
  jvp(point: Point, tangents: Tangents, out: FloatArray): void;
  /** targets ← (∂f/∂x)ᵀȳ, overwritten. */
  vjp(point: Point, cotangent: FloatArray, targets: InputTargets): void;
  /** f is affine in x, and `vjp` reads parameters alone of the point: cotangents of several outputs may come as further samples. */
  readonly affine?: true;
  /** gradients ← gradients + scale·(∂f/∂θ)ᵀȳ, summed over samples. Runs after `vjp`: gradients may be the parameters themselves. */
  parameterVjp?(point: Point, cotangent: FloatArray, scale: number, gradients: readonly FloatArray[]): void;
  /**
   * The curvature of f, for exact Hessian products: targets ← targets + (d/dt ∂f/∂x)ᵀȳ along the tangents. Left out
   * where f is affine in x and has no parameters.
   */
  curvature?(point: Point, tangents: Tangents, cotangent: FloatArray, targets: InputTargets): void;
  /** gradients ← gradients + scale·(d/dt ∂f/∂θ)ᵀȳ along the tangents. */
  parameterCurvature?(
    point: Point,
    tangents: Tangents,
    cotangent: FloatArray,
    scale: number,
    gradients: readonly FloatArray[],
  ): void;
  /** How each parameter enters the Jacobian, in the order of the node's parameters (docs/theory.md §2, structured Gram). */
  readonly shares?: readonly JacobianShare[];
}

/** A parameter's part of the samples' Jacobians. */
export type JacobianShare = OuterShare | ExplicitShare;

/**
 * Sums of outer products over positions: for each group, the block of the parameter (right×left, row-major, groups one
 * after another) is Σ_t right_t ⊗ left_t.
 *
 * dense: one group, one position, left = input, right = cotangent. Convolution: positions = output pixels, left =
 * patches. Bias: left = 1.
 */
export interface OuterShare {
  readonly kind: "outer";
  readonly groups: number;
  readonly positions: number;
  readonly left: number;
  readonly right: number;
  /**
   * Left factors of the point's samples: count × groups × positions × left. May return an array the caller must not
   * change; otherwise fills and returns `target` (of that length). Left out where every left factor is the number 1.
   */
  leftFactors?(point: Point, target: FloatArray): FloatArray;
  /** Right factors: count × groups × positions × right, likewise. */
  rightFactors(point: Point, cotangent: FloatArray, target: FloatArray): FloatArray;
  /** Where there is a faster way to these sums than by the factors. */
  readonly gradients?: SampleGradients;
}

/** The sums of outer products of one sample, by its input, for several outputs at once. */
export interface SampleGradients {
  /** Numbers of a sample's input. */
  readonly input: number;
  /** Columns of left factors come in multiples of this. */
  readonly unit: number;
  /**
   * target ← target + the gradients of one sample, by columns from … to − 1 of the left factors: for each of `outputs` cotangents,
   * groups × right × (to − from). Inputs are those of a point, or as long; cotangents those of the sample, one after another.
   */
  add(
    inputs: readonly FloatArray[],
    sample: number,
    outputs: number,
    cotangents: FloatArray,
    columns: LeftColumns,
    target: FloatArray,
  ): void;
}

/** Some numbers of each left factor: from … to − 1. */
export interface LeftColumns {
  readonly from: number;
  readonly to: number;
}

/** Written out number by number, where the parameter enters otherwise than by outer products (a lookup). */
export interface ExplicitShare {
  readonly kind: "explicit";
  /** target ← (∂f/∂θ)ᵀȳ of each sample by itself: count × size of the parameter, overwritten. */
  sampleGradients(point: Point, cotangent: FloatArray, target: FloatArray): void;
}
