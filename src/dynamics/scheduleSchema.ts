/** What a person writes to have a learning-rate schedule: its keys, allowed values and defaults. */
import { z } from "zod";
import { namedSection, oneOfNamed } from "../config.ts";
import * as schedules from "./schedules.ts";

const rate = z.number().min(0);
const steps = z.int().min(1);

const cycle = { low: rate, high: rate, halfPeriod: steps };
const kinds = [
  namedSection("constant", { learningRate: rate }),
  namedSection("step", { learningRate: rate, factor: rate, every: steps }),
  /** Over the whole run unless `steps` says otherwise. */
  namedSection("cosine", { learningRate: rate, final: rate.default(0), steps: steps.optional() }),
  namedSection("cosine-restarts", {
    learningRate: rate,
    final: rate.default(0),
    period: steps,
    growth: steps.default(1),
  }),
  namedSection("triangular", cycle),
  namedSection("triangular2", cycle),
  namedSection("exp-range", { ...cycle, decay: rate.max(1) }),
  namedSection("one-cycle", {
    high: rate,
    steps: steps.optional(),
    warmup: rate.max(1).default(0.3),
    start: z.number().positive().default(25),
    end: z.number().positive().default(1e4),
  }),
  namedSection("two-level", { high: rate, highSteps: steps, low: rate, lowSteps: steps }),
] as const;

export const scheduleSchema = oneOfNamed(kinds);

export type ScheduleConfig = z.output<typeof scheduleSchema>;

/** The schedule of a run of `totalSteps` steps. */
export function scheduleOf(config: ScheduleConfig, totalSteps: number): schedules.Schedule {
  switch (config.name) {
    case "constant":
      return schedules.constant(config);
    case "step":
      return schedules.stepDecay(config);
    case "cosine":
      return schedules.cosine({ ...config, steps: config.steps ?? totalSteps });
    case "cosine-restarts":
      return schedules.cosineRestarts(config);
    case "triangular":
    case "triangular2":
    case "exp-range":
      return schedules.triangular({ ...config, shape: config.name });
    case "one-cycle":
      return schedules.oneCycle({ ...config, steps: config.steps ?? totalSteps });
    case "two-level":
      return schedules.twoLevel(config);
  }
}
