import type { TaskContext } from "../../tasks/protocol.ts";
import { courseOf } from "./course.ts";
import type { ProblemSettings, ScheduleSettings } from "./fields.ts";
import type { Look } from "./look.ts";
import { ratesOf } from "./schedule.ts";
import { strideOf } from "./stride.ts";

export interface Way {
  readonly problem: ProblemSettings;
  readonly schedule: ScheduleSettings;
  /** Both runs are taken to the first look from here on. */
  readonly until: number;
  /** Milliseconds between two reports. */
  readonly every: number;
}

export interface Update {
  /** From the start to where the runs are. */
  readonly looks: readonly Look[];
  readonly samples: number;
  readonly parameters: number;
  /** 2/λ₁ at the start, the unit of all learning rates. */
  readonly edge: number;
  /** Tr G of the flattest minimum, where it is known. */
  readonly flattestTrace?: number;
}

/** Takes SGD and GD as far as is asked, and says what is seen along the way, at once what is known of it. */
export async function follow(
  { problem: settings, schedule, until, every }: Way,
  context: TaskContext<Update>,
): Promise<void> {
  const course = await courseOf(settings, strideOf(settings.model, schedule.steps));
  const { problem } = course;
  course.follow(ratesOf(schedule));
  let last = Number.NEGATIVE_INFINITY;
  const report = (): void => {
    last = performance.now();
    // those beyond are kept in case the reader comes back to them
    const looks = course.looks.filter((_, k, all) => k === 0 || all[k - 1].steps < until);
    context.report({
      looks,
      samples: problem.model.samples,
      parameters: problem.model.parameters,
      edge: problem.edge,
      ...(problem.flattestTrace !== undefined && { flattestTrace: problem.flattestTrace }),
    });
  };
  const end = Math.min(until, schedule.steps);
  try {
    while ((course.looks.at(-1)?.steps ?? 0) < end) {
      if (performance.now() - last >= every) report();
      await context.pause();
      await course.advance();
    }
  } finally {
    report();
  }
}
