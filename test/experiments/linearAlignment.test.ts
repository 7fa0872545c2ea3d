import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { effectiveDimensions } from "../../src/data/effectiveDimension.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import { conclude } from "../../src/experiments/linearAlignment/conclude.ts";
import { linearAlignment } from "../../src/experiments/linearAlignment/index.ts";
import { designs, sizes } from "../../src/experiments/linearAlignment/setting.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";

let kernels: Kernels;
let rows: Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  rows = [];
  for (const trial of linearAlignment.trials("quick")) {
    const stream = createStream(7).split(trial.spectrum, trial.seed);
    const measured = await linearAlignment.measure(trial, { kernels, scale: "quick", stream });
    rows.push(...measured.map((row) => ({ ...trial, ...row })));
  }
});
afterAll(() => kernels.close());

const [few, many, between, worstCase, certified] = [0, 1, 2, 3, 4];
const verdicts = (changed: readonly Row[]) => conclude(changed, "quick").checks.map(({ verdict }) => verdict);
const scaled = (field: string, factor: (row: Row) => number) =>
  rows.map((row) => ({ ...row, [field]: (row[field] as number) * factor(row) }));

test("measured rows carry the claim, with an interval from every seed", () => {
  const { checks, figures } = conclude(rows, "quick");
  expect(overall(checks)).toBe("holds");
  for (const { estimate } of checks) expect(estimate.repetitions).toBeGreaterThanOrEqual(sizes.quick.seeds);
  expect(figures.map(({ panels }) => panels.length)).toEqual([designs("quick").size, designs("quick").size]);
});

describe("wrong data fail", () => {
  test("isotropic noise of the same size in place of Σ", () => {
    // with Σ = 2L·G in trace, μ becomes Tr(G)²/(p‖G‖_F²) = d_eff/p
    const share = new Map(
      [...designs("quick")].map(([spectrum, design]) => [spectrum, isotropicShare(design.eigenvalues)]),
    );
    const wrong = scaled("covariance", ({ spectrum }) => share.get(spectrum as string) as number);
    expect(verdicts(wrong)[many]).toBe("fails");
    expect(verdicts(wrong)[between]).toBe("fails");
    expect(overall(conclude(wrong, "quick").checks)).toBe("fails");
  });

  test("no alignment with few samples", () => {
    expect(verdicts(scaled("secondMoment", ({ samples }) => ((samples as number) <= 8 ? 0.5 : 1)))[few]).toBe(
      "fails",
    );
  });

  test("a gap at one n of one spectrum only", () => {
    const gap = (row: Row) => (row.spectrum === "spiked" && row.samples === 64 ? 0.4 : 1);
    expect(verdicts(scaled("covariance", gap))[between]).toBe("fails");
  });

  test("a limit that is off by a tenth", () => {
    expect(verdicts(scaled("population", () => 0.9))[many]).toBe("fails");
  });

  test("residuals that could do much worse at the largest n", () => {
    expect(verdicts(scaled("worst", () => 0.5))[worstCase]).toBe("fails");
  });

  test("measurements outside their certificate, if they are not rare", () => {
    expect(verdicts(scaled("best", () => 0.5))[certified]).toBe("fails");
  });
});

function isotropicShare(eigenvalues: Float64Array): number {
  return effectiveDimensions(eigenvalues).traceSquaredOverFrobenius / eigenvalues.length;
}
