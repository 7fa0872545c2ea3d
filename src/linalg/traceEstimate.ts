import { dot } from "./dot.ts";
import { isRounding } from "./krylovStep.ts";
import { norm, type OrthonormalBasis, orthonormalBasis } from "./orthonormalBasis.ts";
import { randomSigns } from "./randomSigns.ts";
import { sampleMean } from "./sampleMean.ts";
import {
  type MatrixFreeOptions,
  multiply,
  requireSize,
  type SymmetricOperator,
} from "./symmetricOperator.ts";

/** What the estimate of a trace or a norm may cost. */
export interface TraceOptions extends MatrixFreeOptions {
  /** Products to spend, a whole number of at least 6; 60 by default. */
  readonly queries?: number | undefined;
  /** Called after each product with the number of them. */
  readonly onProgress?: ((products: number) => void) | undefined;
}

/** Tr A from products, with its standard error. */
export interface TraceEstimate {
  readonly trace: number;
  /** Of the estimate, from the spread of its probes; 0 where it is exact. */
  readonly standardError: number;
  /** Independent probes behind the standard error; 0 where the trace is exact. */
  readonly probes: number;
  readonly products: number;
}

/**
 * Tr A by Hutch++ (Meyer, Musco, Musco & Woodruff 2021; docs/theory.md §7): exact on the range Q of a random sketch AS, and
 * by random signs on the rest, Tr QᵀAQ + (1/m) Σ z_iᵀAz_i with z_i = (I − QQᵀ)·signs. Unbiased given Q, for indefinite
 * A too. An operator no larger than `queries` is summed over the unit vectors: exact. Holds queries/3 vectors of length N.
 * Throws a RangeError on fewer than 6 queries, and where the operator does not keep its terms.
 */
export function traceEstimate(operator: SymmetricOperator, options: TraceOptions): Promise<TraceEstimate> {
  return formsOverRange(operator, dot, options);
}

/** ‖A‖_F from products, with its standard error. */
export interface NormEstimate {
  readonly norm: number;
  /** Of the norm, by the delta method from that of its square; 0 where it is exact. */
  readonly standardError: number;
  readonly products: number;
}

/**
 * ‖A‖_F likewise: Tr A² with z_iᵀA²z_i = ‖Az_i‖², one product each. The square is unbiased given Q.
 * Throws as `traceEstimate` does.
 */
export async function frobeniusEstimate(
  operator: SymmetricOperator,
  options: TraceOptions,
): Promise<NormEstimate> {
  const { trace, standardError, products } = await formsOverRange(
    operator,
    (_, image) => dot(image, image),
    options,
  );
  const norm = Math.sqrt(trace);
  return { norm, standardError: norm === 0 ? 0 : standardError / (2 * norm), products };
}

/** Σ of a form of v and Av over an orthonormal basis: exact on Q, by probes on the rest. */
async function formsOverRange(
  operator: SymmetricOperator,
  formOf: (v: Float64Array, image: Float64Array) => number,
  options: TraceOptions,
): Promise<TraceEstimate> {
  requireSize(operator);
  const { size } = operator;
  const queries = options.queries ?? 60;
  if (!(Number.isInteger(queries) && queries >= 6)) {
    throw new RangeError(`trace estimate: expected a whole number of at least 6 queries, got ${queries}`);
  }
  let products = 0;
  const image = async (v: Float64Array): Promise<Float64Array> => {
    const result = await multiply(operator, v, options.signal);
    products++;
    options.onProgress?.(products);
    return result;
  };
  const form = async (v: Float64Array): Promise<number> => formOf(v, await image(v));

  if (size <= queries) {
    let trace = 0;
    for (let k = 0; k < size; k++) trace += await form(new Float64Array(size).fill(1, k, k + 1));
    return { trace, standardError: 0, probes: 0, products };
  }
  const sketched = Math.floor(queries / 3);
  const range = orthonormalBasis(size, sketched, options.kernels);
  for (let k = 0; k < sketched; k++) extend(range, await image(randomSigns(size, options.random)));
  let captured = 0;
  for (let k = 0; k < range.count; k++) captured += await form(range.vector(k));
  const values: number[] = [];
  while (products < queries) {
    const probe = randomSigns(size, options.random);
    range.orthogonalise(probe);
    values.push(await form(probe));
  }
  const { mean, standardError } = sampleMean(values);
  return { trace: captured + mean, standardError, probes: values.length, products };
}

/** Adds what a vector brings besides the basis; nothing where that is rounding, as in the sketch of a low rank. */
function extend(basis: OrthonormalBasis, v: Float64Array): void {
  const before = norm(v);
  basis.orthogonalise(v);
  const after = norm(v);
  if (!isRounding(after, v.length, before)) basis.append(v, after);
}
