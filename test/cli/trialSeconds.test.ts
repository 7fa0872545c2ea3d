import { describe, expect, it } from "vitest";
import { calibrationSeconds } from "../../src/cli/calibration.ts";
import { roughly } from "../../src/cli/progress.ts";
import { kindOf, trialCosts } from "../../src/cli/trialCosts.ts";
import { expectedSeconds, trialSeconds } from "../../src/cli/trialSeconds.ts";
import type { Experiment, Row } from "../../src/experiments/experiment.ts";
import { experiments } from "../../src/experiments/index.ts";
import { trialLabel } from "../../src/experiments/run.ts";
import { openKernels } from "../../src/linalg/index.ts";

describe.each(["quick", "paper"] as const)("the times of trials at %s scale", (scale) => {
  it("have an entry for every kind of every experiment, and no other", () => {
    const kinds = experiments.map(({ id, trials }) => [id, [...new Set(trials(scale).map(kindOf))].sort()]);
    const entries = Object.entries(trialSeconds[scale]).map(([id, own]) => [id, Object.keys(own).sort()]);
    expect(Object.fromEntries(entries)).toEqual(Object.fromEntries(kinds));
    for (const own of Object.values(trialSeconds[scale]))
      for (const seconds of Object.values(own)) expect(seconds).toBeGreaterThan(0);
  });
});

describe("the time expected of a run", () => {
  const experiment: Experiment = {
    id: "made-up",
    title: "",
    claim: "",
    trials: () =>
      ["large", "small"].flatMap((size) => Array.from({ length: 3 }, (_, seed) => ({ size, seed }))),
    measure: async () => [],
    conclude: () => ({ checks: [], reading: "", setting: [], figures: [] }),
  };
  const table = {
    calibration: 0.1,
    quick: { "made-up": { "size=large": 10, "size=small": 1 } },
    paper: {},
  };
  const label = (size: string, seed: number) => trialLabel({ size, seed });
  const costsOf = (known: ReadonlyMap<string, readonly Row[]>, scale: "quick" | "paper" = "quick") =>
    trialCosts([{ experiment, known }], scale, expectedSeconds(0.2, scale, table));

  it("is the table's, in proportion to the time of the same work, for the trials that are open", () => {
    expect(costsOf(new Map()).left()).toBeCloseTo(2 * (3 * 10 + 3 * 1), 12);
    const known = new Map([[label("large", 0), []]]);
    expect(costsOf(known).left()).toBeCloseTo(2 * (2 * 10 + 3 * 1), 12);
  });

  it("is that of the trials measured, kind by kind, as soon as there are any", () => {
    const costs = costsOf(new Map());
    costs.measured("made-up", label("large", 1), 7);
    expect(costs.left()).toBeCloseTo(2 * 7 + 2 * 3, 12);
    costs.measured("made-up", label("large", 2), 9);
    costs.measured("made-up", label("small", 0), 0.5);
    expect(costs.left()).toBeCloseTo(8 + 2 * 0.5, 12);
    expect([costs.open, costs.kinds, costs.spent]).toEqual([3, 2, 16.5]);
  });

  it("is unknown where a kind is in no table and was not measured", () => {
    const costs = costsOf(new Map(), "paper");
    expect(costs.left()).toBeUndefined();
    costs.measured("made-up", label("large", 0), 7);
    expect(costs.left()).toBeUndefined();
    costs.measured("made-up", label("small", 0), 1);
    expect(costs.left()).toBeCloseTo(2 * 7 + 2 * 1, 12);
  });

  it("is said as a range without false digits", () => {
    expect(roughly(4.4, 15)).toBe("roughly 4 to 15 s");
    expect(roughly(0.1, 0.4)).toBe("roughly 1 s");
    expect(roughly(40, 160)).toBe("roughly 40 s to 3 min");
    expect(roughly(2400, 9000)).toBe("roughly 40 min to 3 h");
  });
});

it("the calibration is the least of its rounds by the clock it is given", async () => {
  const kernels = await openKernels({ threads: 1 });
  const readings = Array.from({ length: 24 }, (_, k) => (k % 2 === 0 ? 10 * k : 10 * k + 3 + ((k * 7) % 5)));
  const least = Math.min(...Array.from({ length: 12 }, (_, k) => readings[2 * k + 1] - readings[2 * k]));
  let reading = 0;
  expect(calibrationSeconds(kernels, () => readings[reading++])).toBe(least);
  expect(reading).toBe(24);
  await kernels.close();
});
