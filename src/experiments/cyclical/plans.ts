import { constant, cosineRestarts, type Schedule, triangular, twoLevel } from "../../dynamics/schedules.ts";
import { constantPlan, cyclePlans, type Training } from "./setting.ts";

/**
 * The learning rate against the step: constant at `low`, and cycles between `low` and `high` of docs/theory.md §6. All end
 * with the same steps at `low`.
 */
export function plans(
  { cycle, cycles }: Pick<Training, "cycle" | "cycles">,
  { low, high }: { readonly low: number; readonly high: number },
): ReadonlyMap<string, Schedule> {
  const half = cycle / 2;
  const shapes: Record<(typeof cyclePlans)[number], Schedule> = {
    "two-level": twoLevel({ high, highSteps: half, low, lowSteps: half }),
    triangular: triangular({ low, high, halfPeriod: half }),
    "cosine restarts": cosineRestarts({ learningRate: high, final: low, period: cycle }),
  };
  const settled =
    (schedule: Schedule): Schedule =>
    (step) =>
      step < cycle * cycles ? schedule(step) : low;
  return new Map([
    [constantPlan, constant({ learningRate: low })],
    ...cyclePlans.map((name) => [name, settled(shapes[name])] as const),
  ]);
}
