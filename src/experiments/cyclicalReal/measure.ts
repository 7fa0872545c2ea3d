import { constantPlan } from "../cyclical/setting.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { type Driving, deterministic } from "./drivers.ts";
import { openSplit } from "./images.ts";
import { lookAt } from "./look.ts";
import { untrained } from "./network.ts";
import { runRows } from "./runs.ts";
import { type Sizes, twoLevelPlan } from "./setting.ts";

export interface CyclicalRealTrial extends Record<string, number | string> {
  subject: string;
  seed: number;
}

/**
 * All runs of one network: from its initialisation with SGD at the small learning rate, and from there on under every schedule.
 * Or why there is none. `sgd` is how SGD moves.
 */
export async function measure(
  { subject: name, seed }: CyclicalRealTrial,
  { kernels, stream, openImages }: TrialContext,
  sizes: Sizes,
  sgd: Driving,
): Promise<readonly Row[]> {
  const subject = sizes.find((one) => one.name === name);
  if (!subject) throw new RangeError(`subject: got ${name}`);
  const split = await openSplit(subject, { openImages, stream });
  if ("missing" in split) return [{ kind: "left out", reason: split.missing }];
  const network = await untrained(subject, split, { kernels, stream });
  try {
    const { batchSize, warmup } = subject;
    const draw = { batchSize, replacement: true };
    const look = (theta: Float64Array, close = false) =>
      lookAt(network, theta, {
        kernels,
        stream: stream.split("look"),
        draw: close ? draw : undefined,
        hessian: close,
      });
    const initial = await look(network.initial);
    const low = (2 * subject.low) / (initial.lambdaMax as number);

    const driver = sgd(network.model, network.initial, batchSize, stream.split("warmup"));
    for (let step = 0; step < warmup; step++) driver.step(low);
    const start = Float64Array.from(driver.theta);
    driver.release();
    const begun = await look(start, seed < subject.close.seeds);
    const edge = 2 / (begun.lambdaMax as number);
    const rates = { low, high: subject.high * edge };

    const rows: Row[] = [
      { kind: "initialisation", step: 0, ...initial },
      { kind: "start", step: warmup, edge, ...rates, ...begun },
    ];
    const { plans: gdPlans, seeds: gdSeeds } = subject.gradientDescent;
    const drivers = [
      { optimiser: "SGD", driving: sgd, names: subject.plans },
      { optimiser: "GD", driving: deterministic, names: seed < gdSeeds ? gdPlans : [] },
    ];
    for (const { optimiser, driving, names } of drivers) {
      for (const plan of names) {
        const close = optimiser === "SGD" && plan === twoLevelPlan && seed < subject.close.seeds;
        const measured = await runRows(
          { network, start, driving, plan, rates, subject, close },
          { kernels, stream, hessian: plan === twoLevelPlan || plan === constantPlan },
        );
        rows.push(...measured.map((row) => ({ optimiser, schedule: plan, ...row })));
      }
    }
    return rows;
  } finally {
    network.release();
  }
}
