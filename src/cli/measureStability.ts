/** `noisegeo measure --stability`: at which learning rates SGD with some batch sizes would leave the point, were it a minimum. */
import { reducedLinearization } from "../dynamics/reducedProblem.ts";
import {
  gradientDescentThreshold,
  type StabilityThreshold,
  stabilityThreshold,
} from "../dynamics/stability.ts";
import {
  alignmentBound,
  type NecessaryConditions,
  necessaryConditions,
} from "../dynamics/stabilityBounds.ts";
import type { GeometryEstimate } from "../geometry/estimate/estimateGeometry.ts";
import type { Measurement } from "../geometry/measure.ts";
import { squareLossOnly, type Undefined } from "../geometry/undefined.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { Linearization } from "../models/linearization.ts";
import type { DocumentNumbers } from "./documentNumbers.ts";

export interface BatchStability {
  readonly batch: number;
  readonly replacement: boolean;
  /** η* */
  readonly threshold: StabilityThreshold | Undefined;
  readonly necessary: NecessaryConditions | Undefined;
  readonly alignmentBound: number | Undefined;
  /** 2/λ₁ */
  readonly gradientDescent: number | Undefined;
}

/** A measurement, with the stability of SGD where it was asked for, and what was sampled where K was too large. */
export interface MeasuredPoint extends Measurement {
  readonly stability?: readonly BatchStability[];
  /** Where the numbers come from pairs of samples. */
  readonly estimate?: GeometryEstimate;
}

/** Throws an InputError where batches without replacement are larger than there are samples. */
export function requireBatches(batches: readonly number[], replacement: boolean, samples: number): void {
  const wrong = batches.find((batch) => !replacement && batch > samples);
  if (wrong !== undefined) {
    throw new InputError(
      `--stability: expected batches of at most the ${samples} samples, got ${wrong}; give a smaller one or --replacement`,
    );
  }
}

export async function measureStability(
  linearization: Linearization,
  { lossAlignment, lossKind }: Measurement,
  batches: readonly number[],
  replacement: boolean,
  options: { readonly kernels: Kernels; readonly signal: AbortSignal },
): Promise<BatchStability[]> {
  const problem = await reducedLinearization(linearization, options.kernels);
  const result: BatchStability[] = [];
  for (const batch of batches) {
    const draw = { batchSize: batch, replacement };
    result.push({
      batch,
      replacement,
      threshold: await stabilityThreshold(problem, draw, options),
      necessary: necessaryConditions(problem, draw),
      alignmentBound: lossKind === "mse" ? alignmentBound(problem, draw, lossAlignment) : squareLossOnly,
      gradientDescent: gradientDescentThreshold(problem),
    });
  }
  return result;
}

/** The same linearization, which forms its Gram matrix once however often it is asked for it. */
export function withOneGram<T extends Linearization>(linearization: T): T {
  let gram: ReturnType<Linearization["gram"]> | undefined;
  return {
    ...linearization,
    gram() {
      gram ??= linearization.gram();
      return gram;
    },
  };
}

/** An entry of `stability` in the document (docs/contract.md). */
export interface StabilityEntry {
  readonly batch: number;
  readonly replacement: boolean;
  readonly threshold: number | null;
  /** By how much η* may be smaller. */
  readonly thresholdError: number | null;
  readonly necessary: { readonly sharpestDirection: number | null; readonly isotropic: number | null };
  readonly alignmentBound: number | null;
  readonly gradientDescent: number | null;
}

export function stabilityEntry(
  stability: BatchStability,
  position: number,
  { finite, field }: DocumentNumbers,
): StabilityEntry {
  const { batch, replacement, threshold, necessary } = stability;
  const at = (name: string) => `stability[${position}].${name}`;
  return {
    batch,
    replacement,
    threshold: field(threshold, ({ value }) => value, at("threshold")),
    thresholdError: field(threshold, ({ error }) => error, at("thresholdError")),
    necessary: {
      sharpestDirection: field(
        necessary,
        (bound) => bound.sharpestDirection,
        at("necessary.sharpestDirection"),
      ),
      isotropic: field(necessary, (bound) => bound.isotropic, at("necessary.isotropic")),
    },
    alignmentBound: finite(stability.alignmentBound, at("alignmentBound")),
    gradientDescent: finite(stability.gradientDescent, at("gradientDescent")),
  };
}
