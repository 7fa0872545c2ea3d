import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  geometryPoint,
  isDefined,
  lossAlignment,
  lossAlignmentIntervals,
  meanInterval,
  momentAccumulator,
  momentIntervals,
  momentLossAlignment,
} from "../../src/geometry/index.ts";
import { studentQuantile } from "../../src/geometry/interval.ts";
import { jackknife } from "../../src/geometry/jackknife.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { fromRows, matrix, transpose } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitGeometry, explicitLossAlignment } from "../reference/explicitGeometry.ts";
import { gramOf, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

test("Student quantiles are those of the tables", () => {
  const table: [freedom: number, q975: number][] = [
    [1, 12.7062047361747],
    [2, 4.30265272969615],
    [3, 3.18244630528426],
    [10, 2.22813885198627],
    [19, 2.093024054408309],
    [30, 2.04227245630124],
    [999, 1.96234146113345],
  ];
  for (const [freedom, value] of table) expect(studentQuantile(0.975, freedom)).toBeCloseTo(value, 9);
  expect(studentQuantile(0.5, 5)).toBeCloseTo(0, 12);
  expect(() => studentQuantile(1, 5)).toThrow(RangeError);
});

test("a mean interval: known numbers, a single value, equal values", () => {
  const { mean, standardError, low, high } = meanInterval([1, 2, 3, 4]);
  expect(mean).toBe(2.5);
  expect(standardError).toBeCloseTo(Math.sqrt(5 / 12), 14);
  expect(high - low).toBeCloseTo(2 * 3.182446305284264 * Math.sqrt(5 / 12), 9);
  expect(meanInterval([7])).toMatchObject({ mean: 7, low: -Infinity, high: Infinity });
  expect(meanInterval([2, 2, 2])).toMatchObject({ low: 2, high: 2 });
});

/** Leave each sample out for real and measure what is left by explicit matrices. */
function naiveJackknife(jacobian: number[][], residuals: Float64Array, outputs: number) {
  const n = residuals.length / outputs;
  const values = Array.from({ length: n }, (_, k) => {
    const keep = (_: unknown, row: number) => Math.floor(row / outputs) !== k;
    return explicitLossAlignment(explicitGeometry(jacobian.filter(keep), residuals.filter(keep), outputs));
  });
  const error = (pick: (v: (typeof values)[number]) => number) => {
    const mean = values.reduce((sum, v) => sum + pick(v) / n, 0);
    return Math.sqrt(((n - 1) / n) * values.reduce((sum, v) => sum + (pick(v) - mean) ** 2, 0));
  };
  return { covariance: error((v) => v.covariance), secondMoment: error((v) => v.secondMoment) };
}

test("the jackknife equals measuring n times with one sample left out", () => {
  fc.assert(
    fc.property(problems(), ({ jacobian, residuals, outputs }) => {
      const n = residuals.length / outputs;
      const point = geometryPoint(gramOf(jacobian), residuals, outputs);
      const alignment = lossAlignment(point);
      if (!isDefined(alignment)) throw new Error(alignment.undefined);
      const intervals = lossAlignmentIntervals(point, alignment);
      if (n < 3) {
        expect(intervals).toMatchObject({ undefined: expect.stringContaining("at least 3") });
        return;
      }
      if (!isDefined(intervals)) throw new Error(intervals.undefined);
      const expected = naiveJackknife(jacobian, residuals, outputs);
      const t = studentQuantile(0.975, n - 1);
      for (const kind of ["covariance", "secondMoment"] as const) {
        const reach = (intervals[kind].high - intervals[kind].low) / 2;
        expect(Math.abs(reach / t - expected[kind])).toBeLessThanOrEqual(
          1e-10 * (alignment.secondMoment + expected[kind]),
        );
        expect((intervals[kind].high + intervals[kind].low) / 2).toBeCloseTo(alignment[kind], 9);
      }
    }),
    { numRuns: 200 },
  );
});

test("leaving out the only nonzero residual is undefined, not infinite", () => {
  const point = geometryPoint(gramOf([[1], [2], [3]]), Float64Array.of(0, 1, 0));
  const alignment = lossAlignment(point);
  if (!isDefined(alignment)) throw new Error(alignment.undefined);
  expect(lossAlignmentIntervals(point, alignment)).toMatchObject({
    undefined: expect.stringContaining("leaving out"),
  });
});

describe("on Gaussian linear data, where the population is known", () => {
  const d = 4;
  const eigenvalues = [3, 1, 0.5, 0.2];
  const delta = [0.3, -1, 0.8, 2];
  // μ = 1 + δᵀS³δ/(δᵀSδ·‖S‖_F²), docs/theory.md §3
  const power = (k: number) => eigenvalues.reduce((sum, value, i) => sum + value ** k * delta[i] ** 2, 0);
  const population = 1 + power(3) / (power(1) * eigenvalues.reduce((sum, value) => sum + value ** 2, 0));

  function draw(n: number, trial: number) {
    const stream = createStream(11).split("interval-coverage", n, trial);
    const inputs = matrix(n, d, stream.gaussians(new Float64Array(n * d)));
    for (let k = 0; k < inputs.data.length; k++) inputs.data[k] *= Math.sqrt(eigenvalues[k % d]);
    const residuals = new Float64Array(n);
    kernels.gemv(1, inputs, Float64Array.from(delta), 0, residuals);
    return { inputs, residuals };
  }

  async function fromMoments(n: number, trial: number) {
    const { inputs, residuals } = draw(n, trial);
    const accumulator = momentAccumulator(d, 1, kernels);
    accumulator.add({ jacobian: inputs, residuals });
    const moments = accumulator.finish();
    const alignment = momentLossAlignment(moments, kernels);
    if (!isDefined(alignment)) throw new Error(alignment.undefined);
    const whole = (async function* () {
      yield { jacobian: inputs, residuals };
    })();
    const intervals = await momentIntervals(moments, alignment, whole, kernels);
    if (!isDefined(intervals)) throw new Error(intervals.undefined);
    return { alignment, interval: intervals.covariance, inputs, residuals };
  }

  test("both jackknives agree to first order at n = 2000", async () => {
    const { alignment, interval, inputs, residuals } = await fromMoments(2000, 0);
    const gram = matrix(2000, 2000);
    kernels.gemm(1, inputs, transpose(inputs), 0, gram);
    const exact = lossAlignmentIntervals(geometryPoint(gram, residuals), alignment);
    if (!isDefined(exact)) throw new Error(exact.undefined);
    const ratio = (interval.high - interval.low) / (exact.covariance.high - exact.covariance.low);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
  });

  test("95 % intervals contain the population value in 93–97 % of 1,000 repetitions at n = 4,000", async () => {
    let inside = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const { interval } = await fromMoments(4000, trial);
      if (interval.low <= population && population <= interval.high) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(930);
    expect(inside).toBeLessThanOrEqual(970);
  });
});

test("a jackknife of numbers whose squares are none", () => {
  const values = [1.25, 0.5, 2, 1];
  const { low, high } = jackknife(1, values);
  for (const scale of [2 ** 800, 2 ** -800]) {
    const scaled = jackknife(
      scale,
      values.map((value) => value * scale),
    );
    expect(scaled).toEqual({ low: low * scale, high: high * scale });
  }
});

test("an interval needs three samples", async () => {
  const accumulator = momentAccumulator(2, 1, kernels);
  accumulator.add({ jacobian: fromRows([[1, 2]]), residuals: Float64Array.of(1) });
  const nothing = (async function* () {})();
  expect(
    await momentIntervals(accumulator.finish(), { covariance: 0, secondMoment: 1 }, nothing, kernels),
  ).toMatchObject({
    undefined: expect.stringContaining("at least 3"),
  });
});
