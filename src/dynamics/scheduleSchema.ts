/** What a person writes to have a learning-rate schedule: its keys, allowed values and defaults. */
import { z } from "zod";
import { alternatives, knownKeys } from "../config.ts";
import * as schedules from "./schedules.ts";

const rate = z.number().min(0);
const steps = z.int().min(1);

function schedule<N extends string, S extends z.core.$ZodLooseShape>(name: N, shape: S) {
  const whole = { name: z.literal(name), ...shape };
  return z.strictObject(whole, { error: knownKeys(whole) });
}

const cycle = { low: rate, high: rate, halfPeriod: steps };
const kinds = [
  schedule("constant", { learningRate: rate }),
  schedule("step", { learningRate: rate, factor: rate, every: steps }),
  /** Over the whole run unless `steps` says otherwise. */
  schedule("cosine", { learningRate: rate, final: rate.default(0), steps: steps.optional() }),
  schedule("cosine-restarts", {
    learningRate: rate,
    final: rate.default(0),
    period: steps,
    growth: steps.default(1),
  }),
  schedule("triangular", cycle),
  schedule("triangular2", cycle),
  schedule("exp-range", { ...cycle, decay: rate.max(1) }),
  schedule("one-cycle", {
    high: rate,
    steps: steps.optional(),
    warmup: rate.max(1).default(0.3),
    start: z.number().positive().default(25),
    end: z.number().positive().default(1e4),
  }),
  schedule("two-level", { high: rate, highSteps: steps, low: rate, lowSteps: steps }),
] as const;

export const scheduleSchema = z.discriminatedUnion("name", kinds, {
  error: (issue) =>
    issue.code === "invalid_union"
      ? `expected a schedule named ${alternatives(kinds.map(({ shape }) => shape.name.value))}, got ${JSON.stringify((issue.input as { name?: unknown }).name) ?? "nothing"}`
      : undefined,
});

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
