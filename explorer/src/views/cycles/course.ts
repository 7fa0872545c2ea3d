import { batchesByStep } from "../../../../src/data/batches.ts";
import { isDefined, type Undefined } from "../../../../src/geometry/undefined.ts";
import type { ProblemSettings } from "./fields.ts";
import { type Look, type Sight, sightAt, thresholdAt } from "./look.ts";
import { type Problem, problemOf } from "./problem.ts";
import { stepper } from "./stepper.ts";

/** Losses beyond this many times that of f = 0 are those of a run that does not come back. */
const lost = 1e6;

/** Both runs where they were looked at; θ is undefined once a run is lost. */
interface Stop {
  readonly look: Look;
  readonly sgd: Float64Array | Undefined;
  readonly gd: Float64Array | Undefined;
}

/**
 * SGD and GD from the same start under the same schedule. Batches depend on the step alone, and every look keeps its θ: where
 * a schedule changes, the runs go on from the last look before.
 */
export interface Course {
  readonly problem: Problem;
  /** Of the stops kept, from the start. */
  readonly looks: readonly Look[];
  /** Drops what was not trained by these learning rates (over 2/λ₁ at the start). */
  follow(rates: Float64Array): void;
  /** On by one stride, at most to the end of the rates. */
  advance(): Promise<void>;
  /** Gives its memory back. */
  release(): void;
}

let last: { readonly key: string; readonly course: Promise<Course> } | undefined;

/** The course of these settings; the last one is kept. */
export function courseOf(settings: ProblemSettings, stride: number): Promise<Course> {
  const key = JSON.stringify({ settings, stride });
  if (last?.key !== key) {
    const before = last?.course.then(
      (course) => course.release(),
      () => {},
    );
    last = { key, course: Promise.resolve(before).then(() => beginCourse(settings, stride)) };
  }
  return last.course;
}

async function beginCourse(settings: ProblemSettings, stride: number): Promise<Course> {
  const problem = await problemOf(settings);
  const { model, start, edge, unit } = problem;
  const { batch: batchSize } = settings;
  const all = Int32Array.from({ length: model.samples }, (_, i) => i);
  const batchAt = batchesByStep({ samples: model.samples, batchSize, stream: problem.batches });
  const runs = {
    sgd: { ...stepper(problem, batchSize), batchAt },
    gd: { ...stepper(problem, model.samples), batchAt: () => all },
  };
  const sight = await sightAt(problem, start);
  const first = { steps: 0, sgd: sight, gd: sight, threshold: await thresholdAt(problem, start, batchSize) };
  let stops: Stop[] = [{ look: first, sgd: start, gd: start }];
  let rates = new Float64Array();

  /** θ after the steps up to `to`, or why there is none. */
  const descend = (run: (typeof runs)["sgd"], from: Float64Array, at: number, to: number) => {
    run.theta.set(from);
    for (let step = at; step < to; step++) {
      const loss = run.step(run.batchAt(step), rates[step] * edge);
      if (!(loss <= lost * unit)) return goneAt(step);
    }
    return run.theta.every(Number.isFinite) ? Float64Array.from(run.theta) : goneAt(to);
  };
  const lookAt = async (theta: Float64Array | Undefined): Promise<Sight | Undefined> =>
    isDefined(theta) ? sightAt(problem, theta) : theta;

  return {
    problem,
    get looks() {
      return stops.map(({ look }) => look);
    },
    follow(next) {
      const changed = next.findIndex((rate, step) => rate !== rates[step]);
      const same = changed < 0 ? next.length : changed;
      // the end of a shorter schedule is no place to look at in a longer one
      const isPlace = (steps: number) => steps % stride === 0 || steps === next.length;
      stops = stops.filter(({ look: { steps } }) => steps <= same && isPlace(steps));
      rates = next.slice();
    },
    async advance() {
      const at = stops[stops.length - 1];
      const { steps } = at.look;
      const to = Math.min(steps + stride, rates.length);
      const sgd = isDefined(at.sgd) ? descend(runs.sgd, at.sgd, steps, to) : at.sgd;
      const gd = isDefined(at.gd) ? descend(runs.gd, at.gd, steps, to) : at.gd;
      const look = {
        steps: to,
        sgd: await lookAt(sgd),
        gd: await lookAt(gd),
        threshold: isDefined(sgd) ? await thresholdAt(problem, sgd, batchSize) : sgd,
      };
      stops = [...stops, { look, sgd, gd }];
    },
    release() {
      runs.sgd.release();
      runs.gd.release();
    },
  };
}

function goneAt(step: number): Undefined {
  return {
    undefined: `its loss was more than ${lost.toLocaleString("en-US")} times that of f = 0 after step ${step}`,
  };
}
