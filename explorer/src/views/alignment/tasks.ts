import { sgd } from "../../../../src/dynamics/sgd.ts";
import { lossAlignment } from "../../../../src/geometry/alignment.ts";
import { doubledLosses } from "../../../../src/geometry/loss.ts";
import { pointOf } from "../../../../src/geometry/point.ts";
import { gaussNewtonSpectrum } from "../../../../src/geometry/spectrum.ts";
import { isDefined } from "../../../../src/geometry/undefined.ts";
import { InputError } from "../../../../src/inputError.ts";
import type { TaskContext } from "../../tasks/protocol.ts";
import type { ProblemSettings } from "./fields.ts";
import { type Certificate, certify, type Look, lookAt } from "./look.ts";
import { type Problem, problemOf } from "./problem.ts";

/** Training is measured, and can be taken up again, at multiples of this. */
const stride = 10;

export interface Place {
  readonly settings: ProblemSettings;
  /** Of SGD since the start, a multiple of `stride`. */
  readonly steps: number;
  /** Most that the maps show. */
  readonly directions: number;
}

/** One point of a training run; undefined numbers are left out. */
export interface Moment {
  readonly steps: number;
  readonly loss: number;
  readonly covariance?: number;
  readonly secondMoment?: number;
}

export type Update = {
  readonly look?: Look;
  readonly certificate?: Certificate;
  /** New ones since the last update. */
  readonly moments?: readonly Moment[];
  /** η */
  readonly learningRate?: number;
};

type Context = TaskContext<Update>;

/** Milliseconds between two full looks at a model in training; certificates while θ rests. */
const lookEvery = 120;
const certificateEvery = 150;

/** Looks at the model after so many steps, and then for the certificates. */
export async function measure({ settings, steps, directions }: Place, context: Context): Promise<void> {
  const run = await runOf(settings);
  const moments = await run.moveTo(steps, context);
  const seen = await lookAt(run.problem, run.theta, steps, directions);
  context.report({ look: seen.look, moments, learningRate: run.learningRate });
  let last = performance.now();
  await context.pause();
  await certify(run.problem, seen, async (certificate) => {
    await context.pause();
    const isComplete = certificate.directional.length === seen.look.directions;
    if (!isComplete && performance.now() - last < certificateEvery) return;
    context.report({ certificate });
    last = performance.now();
  });
}

/** Trains from one place to `until` steps, looking at the model now and then, and once more where it is stopped. */
export async function train(
  { settings, steps, directions, until }: Place & { readonly until: number },
  context: Context,
): Promise<void> {
  const run = await runOf(settings);
  let moments = [...(await run.moveTo(steps, context))];
  let last = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<void> => {
    const seen = await lookAt(run.problem, run.theta, run.steps, directions);
    context.report({ look: seen.look, moments, learningRate: run.learningRate });
    moments = [];
    last = performance.now();
  };
  try {
    while (run.steps < until) {
      moments.push(await run.advance());
      if (performance.now() - last >= lookEvery) await look();
      await context.pause();
    }
  } finally {
    await look();
  }
}

/** SGD on a problem: where it is, and how to go on. Batches depend on the step alone, so it can be begun again. */
class Run {
  readonly problem: Problem;
  readonly learningRate: number;
  theta: Float64Array;
  steps = 0;

  constructor(problem: Problem, learningRate: number) {
    this.problem = problem;
    this.learningRate = learningRate;
    this.theta = problem.start;
  }

  /** One stride, and what is seen after it. */
  async advance(): Promise<Moment> {
    const { model, settings, batches } = this.problem;
    this.theta = descend(model, this.theta, {
      learningRate: this.learningRate,
      batchSize: settings.batch,
      steps: stride,
      stream: batches.split(this.steps),
    });
    this.steps += stride;
    return momentOf(this.problem, this.theta, this.steps);
  }

  /** Goes on, or begins again, to so many steps; what was seen on the way, with the beginning when it began there. */
  async moveTo(steps: number, context: Context): Promise<readonly Moment[]> {
    if (steps === this.steps && steps > 0) return [];
    if (steps < this.steps) {
      this.theta = this.problem.start;
      this.steps = 0;
    }
    const moments: Moment[] = [];
    if (this.steps === 0) moments.push(await momentOf(this.problem, this.theta, 0));
    while (this.steps < steps) {
      moments.push(await this.advance());
      await context.pause();
    }
    return moments;
  }
}

function descend(...[model, theta, options]: Parameters<typeof sgd>): Float64Array {
  try {
    return sgd(model, theta, options);
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) throw error;
    throw new InputError(
      `Learning rate: SGD has left the finite numbers with η = ${options.learningRate.toPrecision(3)}; lower it`,
    );
  }
}

async function momentOf({ model }: Problem, theta: Float64Array, steps: number): Promise<Moment> {
  const point = await pointOf(model.linearize(theta));
  const alignment = lossAlignment(point);
  const loss = (doubledLosses(point) * point.residualScale ** 2) / (2 * point.samples);
  return { steps, loss, ...(isDefined(alignment) && alignment) };
}

let last: { readonly key: string; readonly run: Promise<Run> } | undefined;

/** The run of these settings; the last one is kept where it is. */
function runOf(settings: ProblemSettings): Promise<Run> {
  const key = JSON.stringify(settings);
  if (last?.key !== key) last = { key, run: beginRun(settings) };
  return last.run;
}

/** η is a share of 2/λ_max(G) at the start, where full gradient descent on the quadratic model becomes unstable. */
async function beginRun(settings: ProblemSettings): Promise<Run> {
  const problem = await problemOf(settings);
  const point = await pointOf(problem.model.linearize(problem.start));
  const { eigenvalues } = await gaussNewtonSpectrum(point, problem.kernels);
  return new Run(problem, eigenvalues.length > 0 ? (2 * settings.rate) / eigenvalues[0] : 0);
}
