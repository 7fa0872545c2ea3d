import { beforeAll, describe, expect, it } from "vitest";
import type { Check, Experiment, Row, Trial } from "../../src/experiments/experiment.ts";
import {
  distinct,
  mean,
  meanPoints,
  numbers,
  perSeed,
  slope,
  tableOf,
  where,
} from "../../src/experiments/rows.ts";
import { runExperiment, trialLabel } from "../../src/experiments/run.ts";
import { meanLoss, trainTowards } from "../../src/experiments/training.ts";
import { check, estimate, overall, worst } from "../../src/experiments/verdict.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { linearModel } from "../../src/models/linear.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";

describe("estimate", () => {
  it("is the mean with its 95 % Student interval", () => {
    // t(0.975; 4) = 2.7764451052, standard error √(2.5/5)
    const { mean: centre, low, high, repetitions } = estimate([1, 2, 3, 4, 5]);
    expect(centre).toBeCloseTo(3, 12);
    expect(high - centre).toBeCloseTo(2.7764451052 * Math.sqrt(0.5), 9);
    expect(centre - low).toBeCloseTo(high - centre, 12);
    expect(repetitions).toBe(5);
  });

  it("covers the truth in about 95 of 100 samples", () => {
    const stream = createStream(95);
    let covered = 0;
    for (let k = 0; k < 2000; k++) {
      const { low, high } = estimate([...stream.split(k).gaussians(new Float64Array(6))]);
      if (low <= 0 && high >= 0) covered++;
    }
    // five standard deviations of a binomial count
    expect(Math.abs(covered / 2000 - 0.95)).toBeLessThan(5 * Math.sqrt((0.95 * 0.05) / 2000));
  });

  it("has no interval for a single repetition", () => {
    expect(estimate([2])).toEqual({ mean: 2, low: -Infinity, high: Infinity, repetitions: 1 });
  });
});

describe("check", () => {
  const spread = [0.9, 1, 1.1];

  it("holds inside, fails outside and is inconclusive across a bound", () => {
    expect(check("", spread, { atLeast: 0.5, atMost: 1.5 }).verdict).toBe("holds");
    expect(check("", spread, { atLeast: 1.5 }).verdict).toBe("fails");
    expect(check("", spread, { atMost: 0.5 }).verdict).toBe("fails");
    expect(check("", spread, { atLeast: 1 }).verdict).toBe("inconclusive");
    expect(check("", spread, { atLeast: 0.5, atMost: 1 }).verdict).toBe("inconclusive");
  });

  it("takes an interval that touches the bound as inside", () => {
    expect(check("", [0, 0, 0], { atMost: 0 }).verdict).toBe("holds");
    expect(check("", [0, 0, 1e-9], { atMost: 0 }).verdict).toBe("inconclusive");
  });

  it("is inconclusive without repetitions and for what is not a number", () => {
    expect(check("", [1], { atLeast: 0 }).verdict).toBe("inconclusive");
    expect(check("", [], { atLeast: 0 }).verdict).toBe("inconclusive");
    expect(check("", [1, Number.NaN, 1], { atLeast: 0, atMost: 2 }).verdict).toBe("inconclusive");
  });

  it("keeps the statement and the bounds, and no bound that was not given", () => {
    const found = check("a ≥ 0", spread, { atLeast: 0 });
    expect(found.statement).toBe("a ≥ 0");
    expect(found.atLeast).toBe(0);
    expect(found).not.toHaveProperty("atMost");
  });
});

describe("worst and overall", () => {
  const at = (statement: string, centre: number, bound: number): Check =>
    check(statement, [centre - 0.01, centre, centre + 0.01], { atLeast: bound });
  const holds = at("holds", 2, 1);
  const holdsBarely = at("holds barely", 1.1, 1);
  const open = at("open", 1, 1);
  const fails = at("fails", 0.5, 1);
  const failsBadly = at("fails badly", -5, 1);

  it("put failing before inconclusive before holding, and there the smallest margin first", () => {
    expect(worst([holds, holdsBarely]).statement).toBe("holds barely");
    expect(worst([holdsBarely, open, holds]).statement).toBe("open");
    expect(worst([open, fails, holds]).statement).toBe("fails");
    expect(worst([fails, failsBadly, open]).statement).toBe("fails badly");
  });

  it("do not depend on the order", () => {
    const all = [holds, holdsBarely, open, fails, failsBadly];
    expect(worst(all)).toBe(worst(all.toReversed()));
  });

  it("need every check to hold", () => {
    expect(overall([holds, holdsBarely])).toBe("holds");
    expect(overall([holds, open])).toBe("inconclusive");
    expect(overall([holds, open, fails])).toBe("fails");
    expect(overall([])).toBe("inconclusive");
    expect(() => worst([])).toThrow(RangeError);
  });
});

describe("rows", () => {
  const rows: Row[] = [
    { seed: 0, n: 2, value: 1 },
    { seed: 1, n: 2, value: 3 },
    { seed: 0, n: 4, value: 10 },
    { seed: 1, n: 4, value: 20 },
  ];

  it("are chosen by all their fields", () => {
    expect(where(rows, { n: 4, seed: 1 })).toEqual([rows[3]]);
    expect(where(rows, {})).toEqual(rows);
    expect(where(rows, { n: 5 })).toEqual([]);
    expect(where(rows, { missing: 1 })).toEqual([]);
    expect(distinct(rows, "n")).toEqual([2, 4]);
  });

  it("give numbers or say which field has none", () => {
    expect(numbers(rows, "value")).toEqual([1, 3, 10, 20]);
    expect(() => numbers([{ value: null }], "value")).toThrow(/value.*null/);
    expect(() => numbers([{}], "value")).toThrow(RangeError);
  });

  it("average over seeds at every x, and over what a seed measured", () => {
    const points = meanPoints(rows, "n", "value");
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [2, 2],
      [4, 15],
    ]);
    const { low, high } = estimate([10, 20]);
    expect(points[1]).toEqual({ x: 4, y: 15, low, high });
    expect(perSeed(rows, "value")).toEqual([5.5, 11.5]);
  });

  it("become columns of equal length, with null for what a row lacks", () => {
    expect(tableOf([{ a: 1 }, { a: 2, b: "x" }, { b: "y" }])).toEqual({
      a: [1, 2, null],
      b: [null, "x", "y"],
    });
    expect(tableOf([])).toEqual({});
  });

  it("have the slope of least squares", () => {
    expect(slope([0, 1, 2], [5, 3, 1])).toBe(-2);
    // Σ(x − 1.5)(y − ȳ)/Σ(x − 1.5)² = 4.5/5 whatever is added to y
    expect(slope([0, 1, 2, 3], [100, 102, 101, 103])).toBeCloseTo(0.8, 12);
    expect(slope([1, 1], [0, 1])).toBeNaN();
    expect(mean([])).toBeNaN();
  });
});

describe("runExperiment", () => {
  let calls: string[];
  beforeAll(() => {
    calls = [];
  });

  const toy = (order: readonly number[]): Experiment => ({
    id: "toy",
    title: "toy",
    claim: "none",
    trials: () => order.map((seed): Trial => ({ kind: "a", seed })),
    async measure(trial, { stream }) {
      calls.push(trialLabel(trial));
      return [{ draw: stream.uniform() }, { draw: stream.uniform(), second: true }];
    },
    conclude: (rows) => ({
      checks: [check("draws are below 1", numbers(rows, "draw"), { atMost: 1 })],
      reading: `${rows.length} rows`,
      setting: [],
      figures: [],
    }),
  });
  const run = (order: readonly number[], options = {}) => {
    calls = [];
    return runExperiment(toy(order), { kernels, scale: "quick", seed: 1, ...options });
  };

  it("gives every trial its own stream: the same rows in any order", async () => {
    const forward = await run([0, 1, 2]);
    const backward = await run([2, 1, 0]);
    expect(forward.table.seed).toEqual([0, 0, 1, 1, 2, 2]);
    const drawsOf = ({ table }: typeof forward, seed: number) =>
      table.draw.filter((_, i) => table.seed[i] === seed);
    for (const seed of [0, 1, 2]) expect(drawsOf(backward, seed)).toEqual(drawsOf(forward, seed));
    expect(new Set(forward.table.draw).size).toBe(6);
    expect(forward.reading).toBe("6 rows");
    expect(forward.checks[0].verdict).toBe("holds");
  });

  it("draws anew for another seed and another scale", async () => {
    const { table } = await run([0]);
    expect((await run([0], { seed: 2 })).table.draw).not.toEqual(table.draw);
    expect((await run([0], { scale: "paper" })).table.draw).not.toEqual(table.draw);
  });

  it("does not measure known trials again, and ends with the same table", async () => {
    const kept = new Map<string, readonly Row[]>();
    const whole = await run([0, 1, 2], {
      onTrial: (label: string, rows: readonly Row[]) => void kept.set(label, rows),
    });
    expect([...kept.keys()]).toEqual(["kind=a,seed=0", "kind=a,seed=1", "kind=a,seed=2"]);
    kept.delete("kind=a,seed=1");
    // as a log would give them back
    const known = new Map(JSON.parse(JSON.stringify([...kept])));
    const announced: string[] = [];
    const resumed = await run([0, 1, 2], { known, onTrial: (label: string) => void announced.push(label) });
    expect(calls).toEqual(["kind=a,seed=1"]);
    expect(announced).toEqual(calls);
    expect(resumed).toEqual(whole);
  });

  it("stops between trials with the signal's reason, after the rows in hand were kept", async () => {
    const controller = new AbortController();
    const kept: string[] = [];
    const stopped = run([0, 1, 2], {
      signal: controller.signal,
      async onTrial(label: string) {
        kept.push(label);
        if (kept.length === 2) controller.abort(new Error("interrupted"));
      },
    });
    await expect(stopped).rejects.toThrow("interrupted");
    expect(kept).toEqual(["kind=a,seed=0", "kind=a,seed=1"]);
    expect(calls).toEqual(kept);
  });

  it("notices an interrupt that arrives as an event while it measures", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("signalled")), 0);
    await expect(run([...Array(10_000).keys()], { signal: controller.signal })).rejects.toThrow("signalled");
    expect(calls.length).toBeLessThan(10_000);
  });

  it("passes on what a trial throws", async () => {
    const broken: Experiment = { ...toy([0]), measure: () => Promise.reject(new Error("no rows")) };
    await expect(runExperiment(broken, { kernels, scale: "quick", seed: 1 })).rejects.toThrow("no rows");
  });

  it("reports progress from none to all, known trials included", async () => {
    const seen: [number, number][] = [];
    const known = new Map([["kind=a,seed=0", [{ kind: "a", seed: 0, draw: 0.5 }]]]);
    await run([0, 1], { known, onProgress: (done: number, total: number) => void seen.push([done, total]) });
    expect(seen).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });
});

describe("trainTowards", () => {
  const inputs = matrix(6, 3, createStream(4).gaussians(new Float64Array(18)));
  const targets = matrix(6, 1, createStream(5).gaussians(new Float64Array(6)));
  const model = linearModel({ inputs, targets, kernels });
  const start = Float64Array.of(3, -3, 3);
  const options = { learningRate: 0.02, batchSize: 2, stream: createStream(6) };

  it("has the mean loss of its targets at θ = 0", () => {
    const squares = targets.data.reduce((sum, y) => sum + y * y, 0);
    expect(meanLoss(model, new Float64Array(3))).toBeCloseTo(squares / 12, 12);
  });

  it("stops once the loss is low enough, and leaves its start alone", () => {
    const theta = trainTowards(model, start, { ...options, lossShare: 0.5, maxSteps: 5000 });
    expect(meanLoss(model, theta)).toBeLessThanOrEqual(0.5 * meanLoss(model, start));
    const further = trainTowards(model, start, { ...options, lossShare: 0.2, maxSteps: 5000 });
    expect(meanLoss(model, further)).toBeLessThan(meanLoss(model, theta));
    expect([...start]).toEqual([3, -3, 3]);
  });

  it("stops when its steps are spent, whatever the loss", () => {
    const few = trainTowards(model, start, { ...options, lossShare: 0, maxSteps: 10 });
    const more = trainTowards(model, start, { ...options, lossShare: 0, maxSteps: 20 });
    expect(few).not.toEqual(start);
    expect(more).not.toEqual(few);
    expect(trainTowards(model, start, { ...options, lossShare: 0, maxSteps: 0 })).toEqual(start);
    // the same stream walks the same path: ten more steps from here are the second ten
    expect(trainTowards(model, start, { ...options, lossShare: 0, maxSteps: 20 })).toEqual(more);
  });
});
