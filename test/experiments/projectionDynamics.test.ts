import { beforeAll, describe, expect, it } from "vitest";
import { batchNoise } from "../../src/dynamics/batchNoise.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import { oneStepModels } from "../../src/experiments/oneStepProblems.ts";
import { projectionDynamics, projectionDynamicsAt } from "../../src/experiments/projectionDynamics/index.ts";
import { type Sizes, sizes } from "../../src/experiments/projectionDynamics/setting.ts";
import { where } from "../../src/experiments/rows.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { openKernels } from "../../src/linalg/kernels/select.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = { ...sizes.quick, width: 8, batches: 200 };
const experiment = projectionDynamicsAt({ quick: tiny, paper: tiny });

let rows: readonly Row[];
beforeAll(async () => {
  const kernels = await openKernels({ threads: 1 });
  const { table } = await runExperiment(experiment, { kernels, scale: "quick", seed: 5 });
  await kernels.close();
  rows = tableRows(table);
});

const checks = {
  pooled: 0,
  each: 1,
  covered: 2,
  identity: 3,
  decoupled: 4,
  slope: 5,
  flat: 6,
} as const;
const verdicts = (of: readonly Row[]) =>
  experiment.conclude(of, "quick").checks.map(({ verdict }) => verdict);
const changed = (change: (row: Row) => Row) => rows.map((row) => ({ ...row, ...change(row) }));
const scaled = (factor: (row: Row) => number) =>
  changed((row) => {
    const by = factor(row);
    return {
      measured: (row.measured as number) * by,
      low: (row.low as number) * by,
      high: (row.high as number) * by,
    };
  });

describe("projection-dynamics", () => {
  it("holds on what it measures", () => {
    const { checks: found, figures } = experiment.conclude(rows, "quick");
    expect(found.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      found.map(({ statement }) => ["holds", statement]),
    );
    expect(figures.map(({ panels }) => panels.length)).toEqual([4, 12]);
    for (const { estimate } of found) expect(estimate.repetitions).toBe(tiny.seeds);
  });

  it("measures every model with at least 20 seeds, 50 on paper", () => {
    expect(projectionDynamics.trials("quick").length).toBe(oneStepModels.size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("fails for isotropic noise of the same trace", () => {
    const wrong = scaled((row) => (row.isotropic as number) / (row.exact as number));
    const found = verdicts(wrong);
    for (const name of ["each", "covered", "decoupled", "slope", "flat"] as const) {
      expect([name, found[checks[name]]]).toEqual([name, "fails"]);
    }
    expect(overall(experiment.conclude(wrong, "quick").checks)).toBe("fails");
  });

  it("fails where the batch size is forgotten", () => {
    const wrong = scaled(
      ({ batchSize, replacement }) =>
        1 / batchNoise(tiny.samples, { batchSize: batchSize as number, replacement: replacement as boolean }),
    );
    expect(verdicts(wrong)[checks.pooled]).toBe("fails");
    expect(verdicts(wrong)[checks.each]).toBe("fails");
  });

  it("fails where draws without replacement are taken for draws with it", () => {
    const wrong = scaled(({ batchSize, replacement }) =>
      replacement
        ? 1
        : 1 /
          (batchSize as number) /
          batchNoise(tiny.samples, { batchSize: batchSize as number, replacement: false }),
    );
    expect(verdicts(wrong)[checks.each]).toBe("fails");
  });

  it("fails where eigenvectors are shuffled", () => {
    // each direction shows what was measured along another one; the sharpest and the flattest subspace change places
    const others = new Map([
      ["top", "bottom"],
      ["bottom", "top"],
    ]);
    const wrong = rows.map((row) => {
      const { model, seed, theta, batchSize, replacement, position } = row;
      const own = where(rows, { model, seed, theta, batchSize, replacement });
      const other = own.find((each) =>
        row.subspace === "direction"
          ? each.position === 1 - (position as number)
          : each.subspace === (others.get(row.subspace as string) ?? row.subspace),
      );
      return {
        ...row,
        measured: (other ?? row).measured,
        low: (other ?? row).low,
        high: (other ?? row).high,
      };
    });
    const found = verdicts(wrong);
    for (const name of ["pooled", "each", "covered", "decoupled", "slope", "flat"] as const) {
      expect([name, found[checks[name]]]).toEqual([name, "fails"]);
    }
  });

  it("fails for intervals that are too short, and for another prediction", () => {
    expect(verdicts(changed(({ measured }) => ({ low: measured, high: measured })))[checks.covered]).toBe(
      "fails",
    );
    const tripled = changed(({ aligned, decoupled }) => ({
      aligned: 1.01 * (aligned as number),
      decoupled: 5 * (decoupled as number),
    }));
    expect(verdicts(tripled)[checks.identity]).toBe("fails");
    expect(verdicts(tripled)[checks.decoupled]).toBe("fails");
  });
});
