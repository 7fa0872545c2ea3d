import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { Model } from "../../models/model.ts";
import { meanLoss } from "../../models/samples.ts";

export interface Sharpness {
  /** Of G, which is the Hessian where all residuals are 0. */
  readonly lambdaMax: number;
  readonly trace: number;
  readonly frobenius: number;
  /** L */
  readonly loss: number;
}

/** For people. */
export const sharpnessNames = { lambdaMax: "λ_max", trace: "Tr G", frobenius: "‖G‖_F" };

/** G at θ by its eigenvalues, those of K/n. */
export async function sharpnessAt(model: Model, theta: Float64Array, kernels: Kernels): Promise<Sharpness> {
  const linearization = model.linearize(theta);
  const { samples } = model;
  const eigenvalues = kernels.symmetricEigenvalues(await linearization.gram());
  let sum = 0;
  let squares = 0;
  for (const value of eigenvalues) {
    sum += value;
    squares += value * value;
  }
  return {
    lambdaMax: eigenvalues[eigenvalues.length - 1] / samples,
    trace: sum / samples,
    frobenius: Math.sqrt(squares) / samples,
    loss: meanLoss(linearization.residuals, samples),
  };
}
