import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ScheduleConfig, scheduleOf, scheduleSchema } from "../../src/dynamics/scheduleSchema.ts";
import * as schedules from "../../src/dynamics/schedules.ts";

const rate = fc.double({ min: 1e-6, max: 10, noNaN: true });
const steps = fc.integer({ min: 1, max: 1000 });
const step = fc.nat({ max: 5000 });

/** Within rounding of sums and cosines of numbers up to `size`. */
function expectNear(actual: number, expected: number, size = Math.abs(expected)) {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(8 * Number.EPSILON * size);
}

describe("rates at every step", () => {
  it("constant", () => {
    fc.assert(
      fc.property(rate, step, (learningRate, t) => {
        expect(schedules.constant({ learningRate })(t)).toBe(learningRate);
      }),
    );
  });

  it("step: the factor once every so many steps", () => {
    fc.assert(
      fc.property(
        rate,
        fc.constantFrom(0.5, 0.25, 1, 2),
        steps,
        fc.nat({ max: 20 }),
        (learningRate, factor, every, k) => {
          const schedule = schedules.stepDecay({ learningRate, factor, every });
          const expected = learningRate * factor ** k;
          expect(schedule(k * every)).toBe(expected);
          expect(schedule((k + 1) * every - 1)).toBe(expected);
        },
      ),
    );
  });

  it("cosine: from one rate to the other, half way in the middle, and stays", () => {
    fc.assert(
      fc.property(rate, rate, steps, step, (learningRate, final, half, beyond) => {
        const total = 2 * half;
        const schedule = schedules.cosine({ learningRate, final, steps: total });
        const size = Math.max(learningRate, final);
        expect(schedule(0)).toBe(learningRate);
        expectNear(schedule(half), (learningRate + final) / 2, size);
        expect(schedule(total + beyond)).toBe(final);
        // the quarter of a cosine
        if (half % 2 === 0) {
          expectNear(schedule(half / 2), final + (learningRate - final) * ((1 + Math.SQRT1_2) / 2), size);
        }
      }),
    );
  });

  it("cosine falls all the way", () => {
    fc.assert(
      fc.property(rate, steps, (learningRate, total) => {
        const schedule = schedules.cosine({ learningRate, steps: total });
        for (let t = 0; t < total; t++) expect(schedule(t + 1)).toBeLessThan(schedule(t));
      }),
      { numRuns: 30 },
    );
  });

  it("cosine-restarts: every period is the cosine over that period", () => {
    fc.assert(
      fc.property(
        rate,
        rate,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 3 }),
        (learningRate, final, period, growth) => {
          const schedule = schedules.cosineRestarts({ learningRate, final, period, growth });
          let start = 0;
          for (let cycle = 0; cycle < 4; cycle++) {
            const length = period * growth ** cycle;
            const one = schedules.cosine({ learningRate, final, steps: length });
            for (let t = 0; t < length; t++) expect(schedule(start + t)).toBe(one(t));
            start += length;
          }
        },
      ),
    );
  });

  it("triangular: linear between low at the turns and high half way, with the cycle's height", () => {
    const heights = {
      triangular: () => 1,
      triangular2: (cycle: number) => 0.5 ** cycle,
    };
    for (const shape of ["triangular", "triangular2"] as const) {
      fc.assert(
        fc.property(
          rate,
          rate,
          fc.integer({ min: 1, max: 200 }),
          fc.nat({ max: 6 }),
          fc.nat(),
          (low, rise, halfPeriod, cycle, at) => {
            const high = low + rise;
            const schedule = schedules.triangular({ low, high, halfPeriod, shape });
            const start = 2 * halfPeriod * cycle;
            const top = low + (high - low) * heights[shape](cycle);
            const into = at % (halfPeriod + 1);
            // t/halfPeriod − 2·cycle − 1 loses as many digits as there were cycles
            const size = high * (1 + 2 * cycle);
            const expected = low + (top - low) * (into / halfPeriod);
            expectNear(schedule(start + into), expected, size);
            expectNear(schedule(start + 2 * halfPeriod - into), into === 0 ? low : expected, size);
          },
        ),
      );
    }
  });

  it("exp-range: the height shrinks by its factor every step", () => {
    fc.assert(
      fc.property(
        rate,
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0.9, max: 1, noNaN: true }),
        fc.nat({ max: 5 }),
        (low, halfPeriod, decay, cycle) => {
          const high = 2 * low;
          const schedule = schedules.triangular({ low, high, halfPeriod, decay, shape: "exp-range" });
          const t = halfPeriod * (2 * cycle + 1);
          expectNear(schedule(t), low + low * decay ** t, high);
          expectNear(schedule(2 * halfPeriod * cycle), low, high);
        },
      ),
    );
  });

  it("one-cycle: up from high/start, then down to high/end, and stays", () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 1, max: 100 }), step, (high, tenth, beyond) => {
        const total = 10 * tenth;
        const schedule = schedules.oneCycle({ high, steps: total });
        expect(schedule(0)).toBe(high / 25);
        expectNear(schedule(3 * tenth), high);
        expect(schedule(total + beyond)).toBe(high / 1e4);
        for (let t = 0; t < 3 * tenth; t++) expect(schedule(t + 1)).toBeGreaterThan(schedule(t));
        for (let t = 3 * tenth; t < total; t++) expect(schedule(t + 1)).toBeLessThan(schedule(t));
      }),
      { numRuns: 30 },
    );
  });

  it("one-cycle that only warms up ends at its height", () => {
    const schedule = schedules.oneCycle({ high: 2, steps: 4, warmup: 1, start: 4 });
    expect([0, 2, 3].map(schedule)).toEqual([0.5, 1.25, expect.closeTo(2 - 1.5 * 0.1464466094067262, 14)]);
  });

  it("two-level: high, then low, over and over", () => {
    fc.assert(
      fc.property(rate, rate, steps, steps, fc.nat({ max: 10 }), (high, low, highSteps, lowSteps, cycle) => {
        const schedule = schedules.twoLevel({ high, highSteps, low, lowSteps });
        const start = cycle * (highSteps + lowSteps);
        expect(schedule(start)).toBe(high);
        expect(schedule(start + highSteps - 1)).toBe(high);
        expect(schedule(start + highSteps)).toBe(low);
        expect(schedule(start + highSteps + lowSteps - 1)).toBe(low);
      }),
    );
  });
});

describe("from a configuration", () => {
  const all: ScheduleConfig[] = [
    { name: "constant", learningRate: 0.3 },
    { name: "step", learningRate: 0.3, factor: 0.1, every: 7 },
    { name: "cosine", learningRate: 0.3, final: 0.01 },
    { name: "cosine-restarts", learningRate: 0.3, final: 0.01, period: 5, growth: 2 },
    { name: "triangular", low: 0.1, high: 0.3, halfPeriod: 4 },
    { name: "triangular2", low: 0.1, high: 0.3, halfPeriod: 4 },
    { name: "exp-range", low: 0.1, high: 0.3, halfPeriod: 4, decay: 1 },
    { name: "one-cycle", high: 0.3, warmup: 0.3, start: 25, end: 1e4 },
    { name: "two-level", high: 0.3, highSteps: 3, low: 0.1, lowSteps: 2 },
  ];

  it.each(all)("$name: rates are never negative and at most the largest one named", (config) => {
    const parsed = scheduleSchema.parse(config);
    const schedule = scheduleOf(parsed, 100);
    for (let t = 0; t < 300; t++) {
      expect(schedule(t)).toBeGreaterThanOrEqual(0);
      expect(schedule(t)).toBeLessThanOrEqual(0.3 * (1 + Number.EPSILON));
    }
    expect(Math.max(...Array.from({ length: 100 }, (_, t) => schedule(t)))).toBeCloseTo(0.3, 12);
  });

  it("cosine and one-cycle take the run's steps unless they say otherwise", () => {
    for (const name of ["cosine", "one-cycle"] as const) {
      const given = name === "cosine" ? { name, learningRate: 1 } : { name, high: 1 };
      const whole = scheduleOf(scheduleSchema.parse(given), 40);
      const own = scheduleOf(scheduleSchema.parse({ ...given, steps: 20 }), 40);
      for (let t = 0; t <= 20; t++) expect(own(t)).toBeCloseTo(whole(2 * t), 14);
    }
  });

  it("defaults are filled in", () => {
    expect(scheduleSchema.parse({ name: "cosine-restarts", learningRate: 1, period: 3 })).toEqual({
      name: "cosine-restarts",
      learningRate: 1,
      final: 0,
      period: 3,
      growth: 1,
    });
  });
});

it("rates and periods that are none are a RangeError that names them", () => {
  expect(() => schedules.constant({ learningRate: -1 })).toThrow("learningRate: expected a finite number");
  expect(() => schedules.constant({ learningRate: Number.NaN })).toThrow(RangeError);
  expect(() => schedules.stepDecay({ learningRate: 1, factor: Infinity, every: 1 })).toThrow("factor");
  expect(() => schedules.stepDecay({ learningRate: 1, factor: 1, every: 1.5 })).toThrow(
    "every: expected a whole",
  );
  expect(() => schedules.cosine({ learningRate: 1, steps: 0 })).toThrow("steps");
  expect(() => schedules.cosineRestarts({ learningRate: 1, period: 1, growth: 0 })).toThrow("growth");
  expect(() => schedules.triangular({ low: 1, high: 2, halfPeriod: 0 })).toThrow("halfPeriod");
  expect(() => schedules.oneCycle({ high: 1, steps: 3, warmup: 1.1 })).toThrow("warmup");
  expect(() => schedules.oneCycle({ high: 1, steps: 3, start: 0 })).toThrow(
    "start, end: expected numbers above 0",
  );
  expect(() => schedules.oneCycle({ high: 1, steps: 3, end: 0 })).toThrow("got 25, 0");
  expect(() => schedules.twoLevel({ high: 1, highSteps: 1, low: 0, lowSteps: 0 })).toThrow("lowSteps");
});
