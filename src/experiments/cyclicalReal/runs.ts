import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import { constantPlan } from "../cyclical/setting.ts";
import type { Row } from "../experiment.ts";
import type { Driving } from "./drivers.ts";
import { lookAt } from "./look.ts";
import type { Untrained } from "./network.ts";
import { planNamed } from "./plans.ts";
import { lost, type PlanName, type Rates, type Subject, stepsOf, twoLevelPlan } from "./setting.ts";

export interface Run {
  readonly network: Untrained;
  /** θ where the cycles begin. */
  readonly start: Float64Array;
  readonly driving: Driving;
  readonly plan: PlanName;
  readonly rates: Rates;
  readonly subject: Subject;
  /** With thresholds, and with looks within the first cycle. */
  readonly close: boolean;
}

/**
 * One run from where the cycles begin: rows "along", at the end of every phase for the constant small and the two-level plan,
 * and a row "end", which has nothing more of a run that was lost. Runs of one stream draw the same batches.
 */
export async function runRows(
  { network, start, driving, plan, rates, subject, close }: Run,
  options: { readonly kernels: Kernels; readonly stream: RandomStream; readonly hessian: boolean },
): Promise<readonly Row[]> {
  const { kernels, stream, hessian } = options;
  const { batchSize, warmup } = subject;
  const schedule = planNamed(plan, subject, rates);
  const draw = close ? { batchSize, replacement: true } : undefined;
  const driver = driving(network.model, start, batchSize, stream.split("batches"));
  const steps = stepsOf(subject) - warmup;
  const looks = looksOf(plan, subject, close);
  const rows: Row[] = [];
  try {
    for (let step = 0; step < steps; step++) {
      if (!(driver.step(schedule(step)) < lost * network.unit)) {
        return [...rows, { kind: "end", step: warmup + step, arrived: false }];
      }
      const done = step + 1;
      const phase = looks.get(done);
      if (phase === undefined) continue;
      const theta = Float64Array.from(driver.theta);
      if (!theta.every(Number.isFinite)) {
        return [...rows, { kind: "end", step: warmup + done, arrived: false }];
      }
      const seen = await lookAt(network, theta, {
        kernels,
        stream: stream.split("look"),
        draw,
        hessian: hessian && done === steps,
      });
      const row = { step: warmup + done, cycle: done / subject.cycle, rate: schedule(step), ...seen };
      rows.push({ kind: "along", phase, ...row });
      if (done === steps) rows.push({ kind: "end", arrived: true, ...row });
    }
    return rows;
  } finally {
    driver.release();
  }
}

/** Steps after which to look, with what has just ended there. */
function looksOf(
  plan: PlanName,
  { cycle, cycles, settling, close: { looks } }: Subject,
  close: boolean,
): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  if (close) for (let k = 1; k < looks; k++) found.set(Math.round((k * cycle) / looks), "within");
  if (plan === twoLevelPlan) for (let k = 0; k < cycles; k++) found.set((k + 0.5) * cycle, "large");
  if (plan === twoLevelPlan || plan === constantPlan) {
    for (let k = 1; k <= cycles; k++) found.set(k * cycle, "small");
  }
  return found.set(cycle * cycles + settling, "end");
}
