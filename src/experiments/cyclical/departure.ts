import { type ReducedProblem, reducedProblem } from "../../dynamics/reducedProblem.ts";
import { constant } from "../../dynamics/schedules.ts";
import { pointOf } from "../../geometry/point.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { Linearization } from "../../models/linearization.ts";
import { meanLoss } from "../training.ts";
import { descent, type Gradient } from "./descent.ts";
import type { Landscape } from "./landscape.ts";
import { leftAt, lost } from "./setting.ts";

/** The start to first order, and in the eigenbasis of its G. */
export interface Outlook {
  readonly linearization: Linearization;
  readonly problem: ReducedProblem;
}

export interface Departure {
  readonly steps: number;
  /**
   * w_k²/‖w‖² of the displacement w along the eigen-directions of G at the start, sharpest first. What is missing to a sum of 1
   * lies where the samples see nothing.
   */
  readonly shares: Float64Array;
}

export async function outlook({ model, start }: Landscape, kernels: Kernels): Promise<Outlook> {
  const linearization = model.linearize(start);
  return { linearization, problem: await reducedProblem(await pointOf(linearization), kernels) };
}

/** From the start at one learning rate until the loss comes to `leftAt`; undefined where that takes more than `patience` steps. */
export async function departure(
  { model, start, unit }: Landscape,
  view: Outlook,
  gradient: Gradient,
  { learningRate, patience }: { readonly learningRate: number; readonly patience: number },
): Promise<Departure | undefined> {
  let steps = 0;
  const schedule = constant({ learningRate });
  for (const theta of descent({ start, gradient, schedule, limit: lost * unit })) {
    if (meanLoss(model, theta) >= leftAt * unit) {
      const displacement = theta.map((value, k) => value - start[k]);
      return { steps, shares: await sharesOf(view, displacement) };
    }
    if (steps++ === patience) return undefined;
  }
  return undefined;
}

/** w_k = v_kᵀw = X_kᵀ(Jw)/(nλ_k), as X_k = √(nλ_k)·u_k. */
async function sharesOf({ linearization, problem }: Outlook, w: Float64Array): Promise<Float64Array> {
  const { rows, rank, eigenvalues, samples } = problem;
  const image = await linearization.jvp(w);
  const square = w.reduce((sum, value) => sum + value * value, 0);
  return eigenvalues.map((eigenvalue, k) => {
    let along = 0;
    for (let i = 0; i < image.length; i++) along += rows.data[i * rank + k] * image[i];
    return (along / (samples * eigenvalue)) ** 2 / square;
  });
}
