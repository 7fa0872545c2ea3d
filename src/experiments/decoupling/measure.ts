import { type Moments, momentAccumulator } from "../../geometry/moments.ts";
import { pointOf } from "../../geometry/point.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { Linearization } from "../../models/linearization.ts";
import type { Model } from "../../models/model.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { situations } from "../situations.ts";
import { trainTowards } from "../training.ts";
import { gramDistance, momentDistance, residualsOnly } from "./distance.ts";
import { learningRate, type Sizes, training } from "./setting.ts";
import { subjects, type Task } from "./tasks.ts";

export interface DecouplingTrial extends Record<string, number | string> {
  model: string;
  seed: number;
}

/** The distance of the noise from 2L·G against n in every situation, for one model. */
export async function measure(
  { model: name }: DecouplingTrial,
  { kernels, stream }: TrialContext,
  sizes: Sizes,
): Promise<readonly Row[]> {
  const subject = subjects(sizes).get(name);
  if (!subject) throw new RangeError(`model: got ${name}`);
  const rows: Row[] = [];
  for (const n of subject.samples) {
    const draws = stream.split("n", n);
    const inputs = subject.design.sample(n, draws.split("inputs"));
    const task = subject.task(draws.split("teacher"), kernels);
    const targets = task.targets(inputs);
    const noiseless = task.model(inputs, targets);
    for (const [index, situation] of situations.entries()) {
      const own = draws.split("situation", index);
      const model =
        situation.noise === 0
          ? noiseless
          : task.model(inputs, noisy(targets, situation.noise, own.split("labels")));
      const start = model.initialize(own.split("initial")).map((weight) => weight * situation.spread);
      const theta = situation.trained ? train(model, task, start, own.split("batches")) : start;
      const linearization = model.linearize(theta);
      // K while n is the smaller side, explicit moments otherwise
      const distance =
        n < task.columns
          ? gramDistance(await pointOf(linearization))
          : momentDistance(
              momentsOf(linearization, await task.jacobian(linearization, inputs, theta), kernels),
              kernels,
            );
      rows.push({
        samples: n,
        theta: situation.theta,
        ...distance,
        residualsOnly: residualsOnly(linearization.residuals),
        ...task.population?.(theta, situation.noise),
      });
    }
  }
  return rows;
}

function noisy(targets: Float64Array, deviation: number, stream: RandomStream): Float64Array {
  return targets.map((value) => value + deviation * stream.gaussian());
}

function train(model: Model, task: Task, start: Float64Array, stream: RandomStream): Float64Array {
  return trainTowards(model, start, {
    ...training,
    learningRate: learningRate / task.curvature(start),
    stream,
  });
}

function momentsOf({ residuals }: Linearization, jacobian: Matrix, kernels: Kernels): Moments {
  const accumulator = momentAccumulator(jacobian.columns, 1, kernels);
  accumulator.add({ jacobian, residuals });
  return accumulator.finish();
}
