import { beforeAll, describe, expect, it } from "vitest";
import { batchNoise } from "../../src/dynamics/batchNoise.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import { lossDynamics, lossDynamicsAt } from "../../src/experiments/lossDynamics/index.ts";
import { type Sizes, sizes, smallRate } from "../../src/experiments/lossDynamics/setting.ts";
import { linearName, oneStepModels } from "../../src/experiments/oneStepProblems.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { openKernels } from "../../src/linalg/kernels/select.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = { ...sizes.quick, width: 6, samples: 24, batchSizes: [1, 6, 20], batches: 80 };
const experiment = lossDynamicsAt({ quick: tiny, paper: tiny });

let rows: readonly Row[];
beforeAll(async () => {
  const kernels = await openKernels({ threads: 1 });
  const { table } = await runExperiment(experiment, { kernels, scale: "quick", seed: 5 });
  await kernels.close();
  rows = tableRows(table);
});

const checks = {
  quadratic: 0,
  quadraticEach: 1,
  curved: 2,
  curvedEach: 3,
  covered: 4,
  coveredPlain: 5,
  identity: 6,
  lowLoss: 7,
  decoupled: 8,
  isotropic: 9,
} as const;
const changed = (change: (row: Row) => Row) => rows.map((row) => ({ ...row, ...change(row) }));
const verdicts = (of: readonly Row[]) =>
  experiment.conclude(of, "quick").checks.map(({ verdict }) => verdict);
/** The measured increase and its interval times a factor. */
const scaled = (factor: (row: Row) => number) =>
  changed((row) =>
    Object.fromEntries(
      ["measured", "low", "high", "plain", "plainLow", "plainHigh"].map((field) => [
        field,
        (row[field] as number) * factor(row),
      ]),
    ),
  );

describe("loss-dynamics", () => {
  it("holds on what it measures", () => {
    const { checks: found, figures } = experiment.conclude(rows, "quick");
    expect(found.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      found.map(({ statement }) => ["holds", statement]),
    );
    expect(figures.map(({ panels }) => panels.length)).toEqual([4, 4, 4]);
    for (const { estimate } of found) expect(estimate.repetitions).toBe(tiny.seeds);
  });

  it("measures every model with at least 20 seeds, 50 on paper", () => {
    expect(lossDynamics.trials("quick").length).toBe(oneStepModels.size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("fails for isotropic noise of the same trace", () => {
    const wrong = scaled((row) => (row.isotropic as number) / (row.exact as number));
    const found = verdicts(wrong);
    for (const index of [
      checks.quadratic,
      checks.curved,
      checks.covered,
      checks.decoupled,
      checks.isotropic,
    ]) {
      expect(found[index]).toBe("fails");
    }
    expect(overall(experiment.conclude(wrong, "quick").checks)).toBe("fails");
  });

  it("fails where the batch size is forgotten", () => {
    const wrong = scaled(
      ({ batchSize, replacement }) =>
        1 / batchNoise(tiny.samples, { batchSize: batchSize as number, replacement: replacement as boolean }),
    );
    for (const index of [checks.quadratic, checks.quadraticEach, checks.curved, checks.curvedEach]) {
      expect(verdicts(wrong)[index]).toBe("fails");
    }
  });

  it("fails where draws without replacement are taken for draws with it", () => {
    const wrong = scaled(({ batchSize, replacement }) =>
      replacement
        ? 1
        : 1 /
          (batchSize as number) /
          batchNoise(tiny.samples, { batchSize: batchSize as number, replacement: false }),
    );
    expect(verdicts(wrong)[checks.quadraticEach]).toBe("fails");
    expect(verdicts(wrong)[checks.curvedEach]).toBe("fails");
  });

  it("fails for an increase of order η, and at one draw of one model", () => {
    const linear = scaled(({ rate }) => smallRate / (rate as number));
    expect(verdicts(linear)[checks.quadraticEach]).toBe("fails");
    expect(verdicts(linear)[checks.quadratic]).toBe("fails");
    const [first] = rows.filter(({ model }) => model !== linearName);
    const one = scaled(({ model, theta, batchSize, replacement }) =>
      model === first.model && theta === first.theta && batchSize === 6 && replacement === false ? 2 : 1,
    );
    expect(verdicts(one)[checks.curvedEach]).toBe("fails");
  });

  it.each([
    ["intervals that are too short", "covered", ({ measured }: Row) => ({ low: measured, high: measured })],
    [
      "the same without centring",
      "coveredPlain",
      ({ plain }: Row) => ({ plainLow: plain, plainHigh: plain }),
    ],
    ["a prediction of twice the size", "identity", (row: Row) => ({ aligned: 2 * (row.aligned as number) })],
    ["a Hessian far from G", "lowLoss", (row: Row) => ({ aligned: 0.8 * (row.aligned as number) })],
    [
      "a loss that is 3 times too large",
      "decoupled",
      (row: Row) => ({ decoupled: 3 * (row.decoupled as number) }),
    ],
  ] as const)("fails for %s", (_, name, change) => {
    expect(verdicts(changed(change))[checks[name]]).toBe("fails");
  });
});
