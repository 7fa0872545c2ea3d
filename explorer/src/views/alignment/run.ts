import { type SgdOptions, sgd } from "../../../../src/dynamics/sgd.ts";
import { lossAlignment } from "../../../../src/geometry/alignment.ts";
import { doubledLosses } from "../../../../src/geometry/loss.ts";
import { type GeometryPoint, pointOf } from "../../../../src/geometry/point.ts";
import { isDefined } from "../../../../src/geometry/undefined.ts";
import { InputError } from "../../../../src/inputError.ts";
import type { ProblemSettings } from "./fields.ts";
import { type Sight, sightOf } from "./look.ts";
import { type Problem, problemOf } from "./problem.ts";

/** Training is measured, and can be taken up again, at multiples of this. */
const stride = 10;

/** One point of a training run; undefined numbers are left out. */
export interface Moment {
  readonly steps: number;
  readonly loss: number;
  /** μ, μ₁ */
  readonly covariance?: number;
  readonly secondMoment?: number;
}

/** SGD on a problem: where it is, and how to go on. Batches depend on the step alone, so it can be begun again. */
export interface Run {
  readonly problem: Problem;
  /** η, a share of 2/λ_max(G) at the start, where gradient descent on the quadratic model becomes unstable. */
  readonly learningRate: number;
  readonly steps: number;
  /** From the start to here, at every multiple of the stride. */
  readonly moments: readonly Moment[];
  sight(): Promise<Sight>;
  /** One stride on. Throws an InputError where SGD leaves the finite numbers. */
  advance(): Promise<void>;
  /** Goes on, or begins again, until it is at `steps`. Throws an InputError on what is no multiple of the stride. */
  moveTo(steps: number, pause: () => Promise<void>): Promise<void>;
}

let last: { readonly key: string; readonly run: Promise<Run> } | undefined;

/** The run of these settings; the last one is kept where it is. */
export function runOf(settings: ProblemSettings): Promise<Run> {
  const key = JSON.stringify(settings);
  if (last?.key !== key) last = { key, run: beginRun(settings) };
  return last.run;
}

async function beginRun(settings: ProblemSettings): Promise<Run> {
  const problem = await problemOf(settings);
  const { model, batches } = problem;
  const start = await sightOf(problem, problem.start, 0);
  const [largest = Number.POSITIVE_INFINITY] = start.spectrum.eigenvalues;
  const learningRate = (2 * settings.rate) / largest;
  const beginning = { theta: problem.start, steps: 0, moments: [momentOf(start.point, 0)] };
  let at = beginning;

  const advance = async (): Promise<void> => {
    const stream = batches.split(at.steps);
    const theta = descend(problem, at.theta, {
      learningRate,
      batchSize: settings.batch,
      steps: stride,
      stream,
    });
    const steps = at.steps + stride;
    at = { theta, steps, moments: [...at.moments, momentOf(await pointOf(model.linearize(theta)), steps)] };
  };
  return {
    problem,
    learningRate,
    get steps() {
      return at.steps;
    },
    get moments() {
      return at.moments;
    },
    sight: async () => (at.steps === 0 ? start : sightOf(problem, at.theta, at.steps)),
    advance,
    async moveTo(steps, pause) {
      if (steps % stride !== 0) {
        throw new InputError(`Steps of SGD: expected a multiple of ${stride}, got ${steps}`);
      }
      if (steps < at.steps) at = beginning;
      while (at.steps < steps) {
        await advance();
        await pause();
      }
    },
  };
}

function descend({ model }: Problem, theta: Float64Array, options: SgdOptions): Float64Array {
  try {
    return sgd(model, theta, options);
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) throw error;
    throw new InputError(
      `Learning rate: SGD has left the finite numbers with η = ${options.learningRate.toPrecision(3)}; lower it`,
    );
  }
}

function momentOf(point: GeometryPoint, steps: number): Moment {
  const alignment = lossAlignment(point);
  const loss = (doubledLosses(point) * point.residualScale ** 2) / (2 * point.samples);
  return { steps, loss, ...(isDefined(alignment) && alignment) };
}
