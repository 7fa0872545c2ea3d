import {
  constant,
  cosineRestarts,
  oneCycle,
  type Schedule,
  triangular,
  twoLevel,
} from "../../../../src/dynamics/schedules.ts";
import { rateOf, readDrawing, stretchAt } from "./drawing.ts";
import type { ScheduleSettings } from "./fields.ts";

/** The learning rate of every step, over 2/λ₁ at the start. */
export function ratesOf(settings: ScheduleSettings): Float64Array {
  const schedule = scheduleOf(settings);
  return Float64Array.from({ length: settings.steps }, (_, step) => schedule(step));
}

function scheduleOf({ schedule, high, low, cycles, drawing, steps }: ScheduleSettings): Schedule {
  const half = Math.max(1, Math.floor(steps / (2 * cycles)));
  /** What is left over after whole cycles is at the small learning rate, at which all of them end. */
  const settled =
    (cycle: Schedule): Schedule =>
    (step) =>
      step < 2 * half * cycles ? cycle(step) : low;
  switch (schedule) {
    case "constant":
      return constant({ learningRate: high });
    case "two-level":
      return settled(twoLevel({ high, highSteps: half, low, lowSteps: half }));
    case "triangular":
    case "triangular2":
      return settled(triangular({ low, high, halfPeriod: half, shape: schedule }));
    case "cosine-restarts":
      return settled(cosineRestarts({ learningRate: high, final: low, period: 2 * half }));
    case "one-cycle":
      return oneCycle({ high, steps, start: high / low, end: high / low });
    case "drawn": {
      const rates = readDrawing(drawing).map(rateOf);
      return (step) => rates[stretchAt(step, steps)];
    }
  }
}
