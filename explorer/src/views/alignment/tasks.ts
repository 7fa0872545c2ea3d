import type { TaskContext } from "../../tasks/protocol.ts";
import type { ProblemSettings } from "./fields.ts";
import { type Certificate, certify, type Look, lookFrom } from "./look.ts";
import { type Moment, runOf } from "./run.ts";

export interface Place {
  readonly settings: ProblemSettings;
  /** Of SGD since the start, a multiple of 10. */
  readonly steps: number;
  /** Most that the maps show. */
  readonly directions: number;
}

export interface Update {
  readonly look?: Look;
  readonly certificate?: Certificate;
  /** All of the run so far. */
  readonly moments?: readonly Moment[];
  /** η */
  readonly learningRate?: number;
}

type Context = TaskContext<Update>;

/** Milliseconds between two full looks at a model in training; certificates while θ rests. */
const lookEvery = 120;
const certificateEvery = 150;

/** Looks at the model after so many steps, and then for the certificates. */
export async function measure({ settings, steps, directions }: Place, context: Context): Promise<void> {
  const run = await runOf(settings);
  await run.moveTo(steps, context.pause);
  const sight = await run.sight();
  const look = lookFrom(run.problem, sight, directions);
  context.report({ look, moments: run.moments, learningRate: run.learningRate });
  let last = performance.now();
  await context.pause();
  await certify(run.problem, sight, directions, async (certificate) => {
    await context.pause();
    const isComplete = certificate.directional.length === look.directions;
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
  await run.moveTo(steps, context.pause);
  let last = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<void> => {
    const seen = lookFrom(run.problem, await run.sight(), directions);
    context.report({ look: seen, moments: run.moments, learningRate: run.learningRate });
    last = performance.now();
  };
  try {
    while (run.steps < until) {
      await run.advance();
      if (performance.now() - last >= lookEvery) await look();
      await context.pause();
    }
  } finally {
    await look();
  }
}
