import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carriers, simulatedFlatOverSharp, simulatedGrowth } from "../../src/dynamics/simulationEstimates.ts";
import { lossParts, type Trajectories } from "../../src/dynamics/trajectories.ts";
import { defined, isDefined } from "../../src/geometry/index.ts";
import { studentInterval } from "../../src/geometry/interval.ts";

/** Losses by direction, one row a trajectory, at one or more times. */
type Losses = readonly (readonly number[])[];

function trajectoriesOf(
  times: readonly Losses[],
  sharpest: readonly number[] = [1],
  { populationSize = 1, exponents = (t: number) => 0 * t } = {},
): Trajectories {
  const rank = times[0][0].length;
  const eigenvalues = Float64Array.from({ length: rank }, (_, k) => rank - k);
  const parts = lossParts(eigenvalues, sharpest, 0);
  const records = times.map((losses) =>
    Float64Array.from(
      losses.flatMap((row, t) => {
        const sums = parts.cuts.map((cut, j) =>
          row.slice(parts.cuts[j - 1] ?? 0, cut).reduce((sum, value) => sum + value, 0),
        );
        return [exponents(t), ...sums.map((value) => value / 4 ** exponents(t))];
      }),
    ),
  );
  return {
    count: times[0].length,
    populationSize,
    times: times.map((_, time) => 10 * time),
    parts,
    records,
    recordLength: 1 + parts.cuts.length,
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const total = (losses: Losses, from: number, to: number) =>
  losses.reduce((sum, row) => sum + row.slice(from, to).reduce((own, value) => own + value, 0), 0);

/** ln D_k, or the growth of the loss, with each group left out. */
function jackknifed(count: number, populationSize: number, log: (kept: (t: number) => boolean) => number) {
  const groups = Math.ceil(count / populationSize);
  const left = Array.from({ length: groups }, (_, g) => log((t) => Math.floor(t / populationSize) !== g));
  const centre = mean(left);
  return Math.sqrt(((groups - 1) / groups) * left.reduce((sum, value) => sum + (value - centre) ** 2, 0));
}

const losses = (rank: number) =>
  fc.array(fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: rank, maxLength: rank }), {
    minLength: 4,
    maxLength: 12,
  });

describe("means over trajectories", () => {
  test("D_k is a ratio of sums, with the jackknife over groups", () => {
    fc.assert(
      fc.property(
        losses(5),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 2 }),
        (rows, k, size) => {
          const actual = defined(
            simulatedFlatOverSharp(trajectoriesOf([rows], [k], { populationSize: size }), 0, k),
          );
          expect(actual.value).toBeCloseTo(total(rows, k, 5) / total(rows, 0, k), 9);
          const log = (kept: (t: number) => boolean) => {
            const own = rows.filter((_, t) => kept(t));
            return Math.log(total(own, k, 5) / total(own, 0, k));
          };
          expect(actual.logError).toBeCloseTo(jackknifed(rows.length, size, log), 9);
          if (!isDefined(actual.interval)) return;
          const { low, high } = studentInterval(
            log(() => true),
            actual.logError,
            Math.ceil(rows.length / size) - 1,
          );
          expect(Math.log(actual.interval.low)).toBeCloseTo(low, 9);
          expect(Math.log(actual.interval.high)).toBeCloseTo(high, 9);
        },
      ),
    );
  });

  test("growth is that of the mean loss a step, with the jackknife over groups", () => {
    fc.assert(
      fc.property(losses(3), fc.double({ min: 0.1, max: 9, noNaN: true }), (rows, factor) => {
        const later = rows.map((row, t) => row.map((value) => value * factor * (1 + t / 10)));
        const actual = defined(simulatedGrowth(trajectoriesOf([rows, later]), 0, 1));
        const log = (kept: (t: number) => boolean) =>
          Math.log(
            total(
              later.filter((_, t) => kept(t)),
              0,
              3,
            ) /
              total(
                rows.filter((_, t) => kept(t)),
                0,
                3,
              ),
          ) / 10;
        expect(Math.log(actual.value)).toBeCloseTo(
          log(() => true),
          9,
        );
        expect(actual.logError).toBeCloseTo(jackknifed(rows.length, 1, log), 9);
      }),
    );
  });

  test("powers of two beyond float64 take nothing away", () => {
    const rows = [
      [3, 1],
      [1, 2],
      [2, 2],
    ];
    const plain = trajectoriesOf([rows, rows]);
    for (const shift of [0, 5000, -5000]) {
      const shifted = trajectoriesOf([rows, rows], [1], { exponents: (t) => t });
      for (const record of shifted.records) for (let t = 0; t < 3; t++) record[3 * t] += shift;
      expect(simulatedFlatOverSharp(shifted, 0, 1)).toEqual(simulatedFlatOverSharp(plain, 0, 1));
      expect(carriers(shifted, 0)).toBe(carriers(plain, 0));
      for (let t = 0; t < 3; t++) shifted.records[1][3 * t] += 1000;
      expect(Math.log2(defined(simulatedGrowth(shifted, 0, 1)).value)).toBeCloseTo(200, 9);
    }
  });

  test("carriers count the groups that carry the mean; too few of them leave no interval", () => {
    const even = trajectoriesOf([Array.from({ length: 100 }, () => [1, 1])]);
    expect(carriers(even, 0)).toBeCloseTo(100, 9);
    expect(defined(simulatedFlatOverSharp(even, 0, 1)).interval).toEqual({ low: 1, high: 1 });
    const heavy = trajectoriesOf([Array.from({ length: 100 }, (_, t) => [t === 7 ? 1e6 : 1, 2])]);
    expect(carriers(heavy, 0)).toBeCloseTo(1, 2);
    expect(defined(simulatedFlatOverSharp(heavy, 0, 1)).interval).toEqual({
      undefined: "1.0 of 100 independent groups of trajectories carry the mean",
    });
    // one of ten groups has all the loss, whatever its own trajectories have
    const grouped = trajectoriesOf([Array.from({ length: 100 }, (_, t) => [t < 10 ? 1 : 1e-9, 1e-9])], [1], {
      populationSize: 10,
    });
    expect(carriers(grouped, 0)).toBeCloseTo(1, 6);
  });

  test("one group has no interval, and an error of its own without end", () => {
    const { logError, interval, value } = defined(simulatedFlatOverSharp(trajectoriesOf([[[1, 3]]]), 0, 1));
    expect(value).toBeCloseTo(3, 12);
    expect(logError).toBe(Infinity);
    expect(interval).toEqual({ undefined: "a single independent group of trajectories has no spread" });
  });

  test("where there is nothing there is a reason", () => {
    const none = trajectoriesOf([
      [
        [0, 1],
        [0, 1],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    expect(simulatedFlatOverSharp(none, 0, 1)).toEqual({
      undefined: "the sharpest 1 carry none of the loss",
    });
    expect(simulatedGrowth(none, 0, 1)).toEqual({ undefined: "the loss is zero" });
    expect(simulatedGrowth(none, 0, 0)).toEqual({ undefined: "growth takes at least one step" });
    const all = trajectoriesOf([[[1, 2]]], [2, 7]);
    for (const k of [2, 7]) expect(defined(simulatedFlatOverSharp(all, 0, k)).value).toBe(0);
    expect(() => simulatedFlatOverSharp(all, 0, 1)).toThrow("k: expected one of those simulated, got 1");
  });
});

test("directions of equal eigenvalue carry the same in the mean, so D_k takes its fraction of them", () => {
  const eigenvalues = Float64Array.of(5, 3, 3, 3, 1, 1);
  const { cuts, sharp } = lossParts(eigenvalues, [1, 2, 3, 4, 5, 6], 0);
  expect(cuts).toEqual([1, 4, 6]);
  expect([...sharp]).toEqual([
    [1, [1, 0, 0]],
    [2, [1, 1 / 3, 0]],
    [3, [1, 2 / 3, 0]],
    [4, [1, 1, 0]],
    [5, [1, 1, 0.5]],
    [6, [1, 1, 1]],
  ]);
  expect(lossParts(Float64Array.of(2, 2, 2), [1], 0).cuts).toEqual([3]);
  expect(lossParts(Float64Array.of(3, 2.5, 1), [2], 0.5).sharp.get(2)).toEqual([1, 0]);
});
