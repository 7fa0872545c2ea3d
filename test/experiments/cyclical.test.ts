import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Dataset, openDataset } from "../../src/data/index.ts";
import { constant } from "../../src/dynamics/schedules.ts";
import { sgd as plainSgd } from "../../src/dynamics/sgd.ts";
import { startLoss as networkStart } from "../../src/experiments/cyclical/convolutional.ts";
import { departure, outlook } from "../../src/experiments/cyclical/departure.ts";
import { allSamples, descent, type Estimator, minibatches } from "../../src/experiments/cyclical/descent.ts";
import { diagonalLandscape, flattestTrace, startLoss } from "../../src/experiments/cyclical/diagonal.ts";
import { openDigits } from "../../src/experiments/cyclical/digits.ts";
import { cyclicalAt } from "../../src/experiments/cyclical/index.ts";
import { plans } from "../../src/experiments/cyclical/plans.ts";
import { runRows } from "../../src/experiments/cyclical/runs.ts";
import {
  belowEdge,
  constantPlan,
  cyclePlans,
  type Sizes,
  sizes,
  stepsOf,
} from "../../src/experiments/cyclical/setting.ts";
import type { OpenImages, Row } from "../../src/experiments/experiment.ts";
import { sharpnessAt } from "../../src/experiments/minima/sharpness.ts";
import { where } from "../../src/experiments/rows.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, matrix, openKernels } from "../../src/linalg/index.ts";
import { diagonalNetwork, linear, olmModel } from "../../src/models/index.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels } from "../reference/naiveKernels.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  diagonal: {
    ...sizes.quick.diagonal,
    seeds: 10,
    dimension: 24,
    samples: 12,
    cycle: 750,
    cycles: 1,
    settling: 150,
    departures: 2,
    patience: 300,
  },
  convolutional: {
    ...sizes.quick.convolutional,
    seeds: 2,
    gradientDescent: { ...sizes.quick.convolutional.gradientDescent, seeds: 1 },
    samples: 6,
    testSamples: 4,
    margin: 6,
    channels: [2, 3],
    hidden: 6,
    trainingSteps: 50,
    cycle: 40,
    cycles: 2,
    settling: 40,
    every: 20,
    departures: 2,
    patience: 40,
  },
};

let kernels: Kernels;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  rows = await measured({});
});
afterAll(() => kernels.close());

async function measured(diagonal: Partial<Sizes["diagonal"]>, sgd?: Estimator): Promise<readonly Row[]> {
  const own = { ...tiny, diagonal: { ...tiny.diagonal, ...diagonal } };
  const experiment = cyclicalAt({ quick: own, paper: own }, sgd);
  const { table } = await runExperiment(experiment, { kernels, scale: "quick", seed: 1 });
  return tableRows(table);
}
const conclude = (of: readonly Row[]) => cyclicalAt({ quick: tiny, paper: tiny }).conclude(of, "quick");
const verdicts = (of: readonly Row[]) => conclude(of).checks.map(({ verdict }) => verdict);
const changed = (fields: Row, change: (row: Row) => Row) =>
  rows.map((row) => (where([row], fields).length > 0 ? { ...row, ...change(row) } : row));

describe("cyclical", () => {
  it("holds on what it measures without images, and says what is missing and why", () => {
    const { checks, reading, figures } = conclude(rows);
    expect(checks.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 4 }, () => "holds"));
    expect(reading).toContain("real images was left out: no images were given.");
    expect(figures.map(({ id }) => id)).toEqual(["sharpness-diagonal-network", "departure", "test"]);
  });

  it("is undecided with nothing measured", () => {
    const { checks, figures } = conclude(where(rows, { kind: "left out" }));
    expect(overall(checks)).toBe("inconclusive");
    expect(figures).toEqual([]);
  });

  it("takes at least 20 seeds of the diagonal network and 10 of the other, 50 and 20 on paper", () => {
    expect(sizes.quick.diagonal.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.quick.convolutional.seeds).toBeGreaterThanOrEqual(10);
    expect(sizes.paper.diagonal.seeds).toBeGreaterThanOrEqual(50);
    expect(sizes.paper.convolutional.seeds).toBeGreaterThanOrEqual(20);
  });

  it("has the large learning rate between SGD's threshold and GD's edge", () => {
    for (const { threshold, high, edge } of where(rows, { kind: "start" })) {
      expect(high).toBeGreaterThan(threshold as number);
      expect(high).toBeLessThanOrEqual(belowEdge * (edge as number));
    }
  });

  it("draws every schedule with the learning rate beneath, on one axis", () => {
    const [{ panels }] = conclude(rows).figures;
    expect(panels).toHaveLength(3 * cyclePlans.length);
    for (const [k] of cyclePlans.entries()) {
      const axes = [0, 3, 6].map((first) => panels[first + k].x);
      expect(new Set(axes.map(({ domain }) => `${domain}`)).size).toBe(1);
    }
  });
});

describe("cyclical fails", () => {
  it("for GD in SGD's place", async () => {
    const wrong = await measured({}, allSamples);
    expect(overall(conclude(wrong).checks)).toBe("fails");
    expect(verdicts(wrong)[0]).toBe("fails");
    // it does not leave at all, so there is nothing to say about directions
    expect(verdicts(wrong)[3]).toBe("inconclusive");
  });

  it("for isotropic noise of the same trace", async () => {
    const wrong = await measured({ seeds: 5 }, isotropicNoise);
    expect(verdicts(wrong)[0]).toBe("fails");
  });

  it("for cycles whose large learning rate is the small one", async () => {
    const wrong = await measured({ high: tiny.diagonal.low });
    expect(verdicts(wrong)[0]).toBe("fails");
  });

  it("where one schedule does not flatten, or one measure", () => {
    const stays = changed({ kind: "end", optimiser: "SGD", schedule: "triangular" }, (row) => ({
      frobenius: (row.frobenius as number) * 3,
    }));
    expect(verdicts(stays)[0]).toBe("fails");
  });

  it("where GD flattens as well", () => {
    const flattens = changed({ kind: "end", optimiser: "GD", schedule: "cosine restarts" }, (row) => ({
      lambdaMax: (row.lambdaMax as number) * 0.8,
    }));
    expect(verdicts(flattens)).toEqual(["holds", "fails", "holds", "holds"]);
  });

  it("where runs are lost or end at another loss, though those that do not are flat", () => {
    const elsewhere = changed({ kind: "end", optimiser: "SGD", schedule: "two-level" }, ({ seed }) =>
      (seed as number) < 8
        ? { atMinimum: false, lambdaMax: null, trace: null, frobenius: null, loss: null }
        : {},
    );
    expect(verdicts(elsewhere)[2]).toBe("fails");
    const none = changed({ kind: "end" }, () => ({ atMinimum: false, lambdaMax: null, trace: null }));
    expect(overall(conclude(none).checks)).toBe("fails");
    expect(conclude(none).reading).toContain("no run's end");
    expect(conclude(none).reading).not.toMatch(/NaN|undefined/);
  });

  it("where SGD leaves along the sharpest direction too", () => {
    const sharp = changed({ kind: "departure", optimiser: "SGD" }, () => ({ share: 0.95 }));
    expect(verdicts(sharp)).toEqual(["holds", "holds", "holds", "fails"]);
  });
});

/** GD with Gaussian noise of covariance (Tr Σ/(B·p))·I. */
const isotropicNoise: Estimator = (model, batchSize, stream) => {
  const full = allSamples(model, batchSize, stream);
  const own = new Float64Array(model.parameters);
  const square = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
  return (theta, gradient) => {
    const loss = full(theta, gradient);
    let trace = -square(gradient);
    for (let i = 0; i < model.samples; i++) {
      model.gradient(theta, Int32Array.of(i), own);
      trace += square(own) / model.samples;
    }
    const deviation = Math.sqrt(Math.max(trace, 0) / batchSize / model.parameters);
    for (let k = 0; k < gradient.length; k++) gradient[k] += deviation * stream.gaussian();
    return loss;
  };
};

describe("schedules", () => {
  it("have the same number of steps and the same end, and cycles of one period between the two rates", () => {
    const training = { ...tiny.diagonal, cycle: 8, cycles: 3, settling: 4 };
    const all = plans(training, { low: 0.1, high: 1.5 });
    expect([...all.keys()]).toEqual([constantPlan, ...cyclePlans]);
    for (const [name, schedule] of all) {
      const rates = Array.from({ length: stepsOf(training) }, (_, step) => schedule(step));
      expect(rates.slice(24)).toEqual([0.1, 0.1, 0.1, 0.1]);
      expect(rates.slice(8, 16)).toEqual(rates.slice(0, 8));
      expect(Math.max(...rates)).toBe(name === constantPlan ? 0.1 : 1.5);
      expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.1);
    }
  });
});

describe("descent", () => {
  const stream = createStream(4);
  const inputs = matrix(6, 4, stream.split("x").gaussians(new Float64Array(24)));
  const targets = matrix(6, 1, stream.split("y").gaussians(new Float64Array(6)));
  const family = diagonalNetwork({ dimension: 4, depth: 2 });
  const model = olmModel({ family, inputs, targets, kernels: naiveKernels });
  const start = model.initialize(stream.split("theta"));
  const schedule = constant({ learningRate: 0.01 });
  const stepped = (gradient: ReturnType<Estimator>, steps: number) => {
    let step = 0;
    for (const theta of descent({ start, gradient, schedule, limit: 1e9 }))
      if (step++ === steps) return theta;
    return undefined;
  };

  it("on minibatches is SGD, on all samples GD", () => {
    const options = { learningRate: 0.01, steps: 30 };
    const draws = () => createStream(9).split("batches");
    expect(stepped(minibatches(model, 2, draws()), 30)).toEqual(
      plainSgd(model, start, { ...options, batchSize: 2, stream: draws() }),
    );
    const whole = plainSgd(model, start, { ...options, batchSize: 6, replacement: false, stream: draws() });
    const gd = stepped(allSamples(model, 2, draws()), 30) as Float64Array;
    // the same sums in another order
    for (const [k, value] of gd.entries()) expect(Math.abs(value - whole[k])).toBeLessThan(1e-13);
  });

  it("ends where the loss is over its limit, and leaves its start alone", () => {
    const steps = [
      ...descent({ start, gradient: allSamples(model, 1, stream), schedule: () => 1e3, limit: 1e4 }),
    ];
    expect(steps.length).toBeLessThan(10);
    expect(start).toEqual(model.initialize(stream.split("theta")));
  });
});

describe("the valley of the diagonal network", () => {
  it("starts at a global minimum, whose G is (4/n) X diag(u² + v²) Xᵀ", async () => {
    const stream = createStream(1);
    const { model, start, unit, known } = diagonalLandscape(tiny.diagonal, { kernels, stream });
    const { lambdaMax, trace, frobenius, loss } = await sharpnessAt(model, start, kernels);
    expect(loss).toBeLessThanOrEqual(startLoss * unit);
    const { dimension, samples } = tiny.diagonal;
    const inputs = stream.split("inputs").gaussians(new Float64Array(dimension * samples));
    const g = matrix(samples, samples);
    for (let i = 0; i < samples; i++) {
      for (let j = 0; j < samples; j++) {
        for (let k = 0; k < dimension; k++) {
          const weight = start[k] ** 2 + start[k + dimension] ** 2;
          g.data[i * samples + j] +=
            (4 / samples) * inputs[i * dimension + k] * weight * inputs[j * dimension + k];
        }
      }
    }
    const values = naiveKernels.symmetricEigenvalues(g);
    const relative = (value: number, expected: number) => Math.abs(value / expected - 1);
    expect(relative(lambdaMax, values[samples - 1])).toBeLessThan(1e-12);
    expect(
      relative(
        trace,
        values.reduce((sum, value) => sum + value, 0),
      ),
    ).toBeLessThan(1e-12);
    expect(relative(frobenius, Math.hypot(...values))).toBeLessThan(1e-12);
    expect(trace).toBeGreaterThan(5 * (known.flattestTrace as number));
  });

  it("has no flatter minimum of the same function than the one without cancelling weights", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        async (n, d, seed) => {
          const stream = createStream(seed);
          const inputs = matrix(n, d, stream.split("x").gaussians(new Float64Array(n * d)));
          const effective = stream.split("w").gaussians(new Float64Array(d));
          const targets = matrix(n, 1);
          naiveKernels.gemv(1, inputs, effective, 0, targets.data);
          const family = diagonalNetwork({ dimension: d, depth: 2 });
          const model = olmModel({ family, inputs, targets, kernels: naiveKernels });
          const smaller = stream.split("smaller").gaussians(new Float64Array(d));
          const at = (spare: (k: number) => number) =>
            Float64Array.from({ length: 2 * d }, (_, i) => {
              const w = effective[i % d];
              const positive = i < d ? w : -w;
              return Math.sqrt(Math.max(positive, 0) + spare(i % d) ** 2);
            });
          const flat = await sharpnessAt(
            model,
            at(() => 0),
            naiveKernels,
          );
          const other = await sharpnessAt(
            model,
            at((k) => smaller[k]),
            naiveKernels,
          );
          expect(Math.max(flat.loss, other.loss)).toBeLessThan(1e-24);
          expect(Math.abs(flat.trace / flattestTrace(inputs, effective) - 1)).toBeLessThan(1e-12);
          expect(other.trace).toBeGreaterThanOrEqual(flat.trace);
        },
      ),
    );
  });
});

describe("a run", () => {
  it("is at a minimum only where little loss is left, and is lost where it leaves all bounds", async () => {
    const training = { ...tiny.diagonal, cycle: 20, settling: 20, every: 20 };
    const stream = createStream(2);
    const landscape = diagonalLandscape(training, { kernels, stream });
    const edge = 2 / (await sharpnessAt(landscape.model, landscape.start, kernels)).lambdaMax;
    const end = async (learningRate: number, start = landscape.start) => {
      const options = { estimator: allSamples, schedule: constant({ learningRate }), kernels, stream };
      return (await runRows({ ...landscape, start }, training, options)).at(-1);
    };
    expect(await end(edge / 10)).toMatchObject({ kind: "end", atMinimum: true, step: 40 });
    const origin = landscape.start.map(() => 0.01);
    expect(await end(edge / 1e4, origin)).toMatchObject({ kind: "end", atMinimum: false, step: 40 });
    const lost = await end(100 * edge);
    expect(lost).toMatchObject({ kind: "end", atMinimum: false });
    expect(lost).not.toHaveProperty("lambdaMax");
  });
});

describe("departure", () => {
  /** θᵀx, at θ* of its targets. */
  const exactly = (n: number, d: number, seed: number) => {
    const stream = createStream(seed);
    const inputs = matrix(n, d, stream.split("x").gaussians(new Float64Array(n * d)));
    const start = stream.split("theta").gaussians(new Float64Array(d));
    const targets = matrix(n, 1);
    naiveKernels.gemv(1, inputs, start, 0, targets.data);
    const model = olmModel({ family: linear(d), inputs, targets, kernels: naiveKernels });
    // so small that any step leaves
    const unit = 1e-200;
    const landscape = { model, start, unit, known: {}, test: () => ({}), release() {} };
    return { inputs, landscape, stream };
  };

  it("takes a displacement apart by the eigenvectors of the d×d matrix G", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        async (n, d, seed) => {
          const { inputs, landscape, stream } = exactly(n, d, seed);
          const along = stream.split("along").gaussians(new Float64Array(d));
          const view = await outlook(landscape, naiveKernels);
          const gradient = (_: Float64Array, direction: Float64Array) => {
            direction.set(along);
            return 0;
          };
          const found = await departure(landscape, view, gradient, { learningRate: 0.1, patience: 3 });
          const gaussNewton = matrix(d, d);
          for (let i = 0; i < n; i++) {
            for (let a = 0; a < d; a++) {
              for (let b = 0; b < d; b++) {
                gaussNewton.data[a * d + b] += (inputs.data[i * d + a] * inputs.data[i * d + b]) / n;
              }
            }
          }
          const { vectors } = naiveKernels.symmetricEigen(gaussNewton);
          const square = along.reduce((sum, value) => sum + value * value, 0);
          expect(found?.steps).toBe(1);
          expect(found?.shares.length).toBe(Math.min(n, d));
          for (const [k, share] of found?.shares.entries() ?? []) {
            let inner = 0;
            for (let a = 0; a < d; a++) inner += along[a] * vectors.data[a * d + d - 1 - k];
            expect(Math.abs(share - inner ** 2 / square)).toBeLessThan(1e-8);
          }
        },
      ),
    );
  });

  it("is of no run that stays, or is lost before it is seen to leave", async () => {
    const { landscape } = exactly(3, 3, 1);
    const view = await outlook(landscape, naiveKernels);
    const stays = () => 0;
    expect(await departure(landscape, view, stays, { learningRate: 1, patience: 5 })).toBeUndefined();
    const lost = () => Number.NaN;
    expect(await departure(landscape, view, lost, { learningRate: 1, patience: 5 })).toBeUndefined();
  });
});

describe("digits", () => {
  const size = { ...tiny.convolutional, samples: 3, testSamples: 2, margin: 4 };
  const stream = createStream(3);

  it("are averaged over 2×2 pixels of the middle, even ones 1 and odd ones −1, no image twice", async () => {
    let asked: unknown;
    const openImages: OpenImages = async (config) => {
      asked = config;
      return images(5, (i, row, column) => 1000 * i + row + column / 100);
    };
    const digits = await openDigits(size, { openImages, stream });
    if ("missing" in digits) throw new Error(digits.missing);
    expect(asked).toMatchObject({ name: "mnist", samples: 5 });
    expect(digits.training.side).toBe(10);
    expect([...digits.training.targets, ...digits.test.targets]).toEqual([1, -1, 1, -1, 1]);
    for (const [i, inputs] of [
      [0, digits.training.inputs],
      [3, digits.test.inputs],
    ] as const) {
      for (const [row, column] of [
        [0, 0],
        [7, 2],
        [9, 9],
      ]) {
        const expected = 1000 * i + (4 + 2 * row + 0.5) + (4 + 2 * column + 0.5) / 100;
        expect(inputs[row * 10 + column]).toBeCloseTo(expected, 9);
      }
    }
  });

  it("that cannot be had are a reason; other errors stay errors", async () => {
    const failing = (error: Error) => openDigits(size, { openImages: () => Promise.reject(error), stream });
    expect(await failing(new InputError("mnist: no files of it"))).toEqual({
      missing: "mnist: no files of it",
    });
    await expect(failing(new Error("bug"))).rejects.toThrow("bug");
    expect(await openDigits(size, { openImages: undefined, stream })).toEqual({
      missing: "no images were given",
    });
  });

  it("come from MNIST where it is installed", async () => {
    const openImages: OpenImages = (config) => openDataset(config, { precision: "float64" });
    const digits = await openDigits(size, { openImages, stream });
    if ("missing" in digits) {
      expect(digits.missing).toMatch(/^mnist: no files of it/);
      return;
    }
    expect(digits.training.inputs.length).toBe(300);
    expect(digits.training.inputs.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
  });
});

describe("the convolutional network", () => {
  it("is followed as the diagonal one is, from a start beside its minimum, the same way every time", async () => {
    const own = { ...tiny, diagonal: { ...tiny.diagonal, seeds: 0 } };
    const experiment = cyclicalAt({ quick: own, paper: own });
    const openImages: OpenImages = async ({ samples = 0, seed = 0 }) => {
      const draws = createStream(seed);
      return images(samples, () => draws.uniform());
    };
    const run = () => runExperiment(experiment, { kernels, scale: "quick", seed: 1, openImages });
    const { table, checks, reading, figures } = await run();
    expect((await run()).table).toEqual(table);
    expect(checks).toHaveLength(4);
    expect(figures.map(({ id }) => id)).toEqual(["sharpness-convolutional-network", "departure", "test"]);
    expect(reading).not.toContain("left out");
    expect(reading).toContain("test accuracy");
    const firsts = table.loss.filter((_, i) => table.step[i] === 0 && table.kind[i] === "along") as number[];
    // the displacement is small, and the loss quadratic to first order only
    for (const loss of firsts) expect(Math.abs(loss / networkStart - 1)).toBeLessThan(0.2);
    const schedules = table.schedule.filter((_, i) => table.kind[i] === "end" && table.seed[i] === 0);
    expect(schedules).toEqual([
      constantPlan,
      ...cyclePlans,
      ...own.convolutional.gradientDescent.schedules,
      "two-level",
    ]);
  });
});

/** 28×28 pictures of the digits 0, 1, 2, …. */
function images(count: number, pixel: (i: number, row: number, column: number) => number): Dataset {
  return {
    name: "drawn by the test",
    count,
    available: count,
    inputShape: [1, 28, 28],
    inputs: Float64Array.from({ length: count * 784 }, (_, at) =>
      pixel(Math.floor(at / 784), Math.floor((at % 784) / 28), at % 28),
    ),
    labels: { indices: Int32Array.from({ length: count }, (_, i) => i % 10), classes: 10 },
  };
}
