import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Axis } from "../../src/experiments/figure.ts";
import { axisDomain } from "../../src/report/figure/domain.ts";
import { axisTicks } from "../../src/report/figure/ticks.ts";

const axis = (scale: Axis["scale"]): Axis => ({ label: "x", scale });

function labels(scale: Axis["scale"], domain: readonly [number, number], count: number): string[] {
  return axisTicks(axis(scale), domain, count).major.map(({ label }) => label);
}

describe("ticks", () => {
  test("of a linear axis step by 1, 2 or 5", () => {
    expect(labels("linear", [0, 7300], 5)).toEqual(["0", "2,000", "4,000", "6,000"]);
    expect(labels("linear", [-0.31, 0.52], 5)).toEqual(["−0.2", "0.0", "0.2", "0.4"]);
  });

  test("of a log axis are powers of ten, raised once they grow long", () => {
    expect(labels("log", [0.9, 1200], 6)).toEqual(["1", "10", "100", "1,000"]);
    expect(labels("log", [1e-7, 100], 5)).toEqual(["10⁻⁶", "10⁻⁴", "10⁻²", "1", "10²"]);
    expect(axisTicks(axis("log"), [1, 100], 5).minor).toHaveLength(16);
  });

  test("of a short log axis are labelled at 1, 2, 5, or like a linear one", () => {
    expect(labels("log", [0.6, 7], 5)).toEqual(["1", "2", "5"]);
    expect(labels("log", [3, 4.9], 4)).toEqual(["3.0", "3.5", "4.0", "4.5"]);
  });

  test.each(["linear", "log"] as const)(
    "on any %s axis there are two or more, in order, inside, each its own",
    (scale) => {
      const value = fc.double({ noNaN: true });
      fc.assert(
        fc.property(fc.array(value, { maxLength: 5 }), fc.integer({ min: 2, max: 12 }), (values, count) => {
          const domain = axisDomain(axis(scale), values);
          expect(domain[0]).toBeLessThan(domain[1]);
          const { major, minor } = axisTicks(axis(scale), domain, count);
          expect(major.length).toBeGreaterThanOrEqual(2);
          expect(major.length).toBeLessThanOrEqual(2 * count + 2);
          expect(new Set(major.map(({ label }) => label)).size).toBe(major.length);
          const slack = scale === "linear" ? 1e-6 * (domain[1] - domain[0]) : 1e-6 * domain[1];
          for (const [index, tick] of major.entries()) {
            if (index > 0) expect(tick.value).toBeGreaterThan(major[index - 1].value);
            expect(tick.value).toBeGreaterThanOrEqual(domain[0] - slack);
            expect(tick.value).toBeLessThanOrEqual(domain[1] + slack);
          }
          const shown = new Set(major.map((tick) => tick.value));
          expect(minor.some((tick) => shown.has(tick))).toBe(false);
        }),
      );
    },
  );
});

describe("the range of an axis", () => {
  test("is the fixed one where it can be drawn, whichever way round", () => {
    expect(axisDomain({ label: "x", scale: "log", domain: [100, 1] }, [5])).toEqual([1, 100]);
    expect(axisDomain({ label: "x", scale: "log", domain: [0, 100] }, [10])).toEqual([10 / 3, 30]);
  });

  test("holds all values with room to spare, and no negative stretch without need", () => {
    expect(axisDomain(axis("linear"), [0, 1, Number.NaN])).toEqual([0, 1.04]);
    const [low, high] = axisDomain(axis("log"), [1, 1000, -5]);
    expect(low).toBeCloseTo(1 / 1000 ** 0.04, 12);
    expect(high).toBeCloseTo(1000 ** 1.04, 9);
  });

  test("is never empty", () => {
    expect(axisDomain(axis("linear"), [])).toEqual([0, 1]);
    expect(axisDomain(axis("log"), [-1])).toEqual([1, 10]);
    expect(axisDomain(axis("linear"), [0])).toEqual([-1, 1]);
  });
});
