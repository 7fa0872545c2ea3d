import { constant, oneCycle, type Schedule } from "../../dynamics/schedules.ts";
import { plans as cyclesOf } from "../cyclical/plans.ts";
import { type Course, largePlan, type PlanName, type Rates } from "./setting.ts";

/** The learning rate against the steps since the cycles began. All end with the same steps at `low`, or so near as one cycle comes. */
export function planNamed(name: PlanName, { cycle, cycles }: Course, { low, high }: Rates): Schedule {
  const steps = cycle * cycles;
  const settled =
    (schedule: Schedule): Schedule =>
    (step) =>
      step < steps ? schedule(step) : low;
  // the last half-cycle is at the small learning rate under two-level cycles too
  if (name === largePlan) {
    const large = constant({ learningRate: high });
    return (step) => (step < steps - cycle / 2 ? large(step) : low);
  }
  if (name === "one-cycle") {
    const ratio = high / low;
    return settled(oneCycle({ high, steps, start: ratio, end: ratio }));
  }
  const schedule = cyclesOf({ cycle, cycles }, { low, high }).get(name);
  if (!schedule) throw new RangeError(`schedule: got ${name}`);
  return schedule;
}
