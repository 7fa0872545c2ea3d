import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchSampler } from "../../src/data/batches.ts";
import { subset } from "../../src/data/dataset/dataset.ts";
import { type Dataset, openDataset } from "../../src/data/index.ts";
import { reducedProblem } from "../../src/dynamics/reducedProblem.ts";
import { stabilityThreshold } from "../../src/dynamics/stability.ts";
import { averagedImages } from "../../src/experiments/averagedImages.ts";
import { constantPlan } from "../../src/experiments/cyclical/setting.ts";
import { type Driving, deterministic } from "../../src/experiments/cyclicalReal/drivers.ts";
import { openSplit } from "../../src/experiments/cyclicalReal/images.ts";
import { cyclicalRealAt } from "../../src/experiments/cyclicalReal/index.ts";
import { confinedThreshold } from "../../src/experiments/cyclicalReal/look.ts";
import { accuracy } from "../../src/experiments/cyclicalReal/network.ts";
import { planNamed } from "../../src/experiments/cyclicalReal/plans.ts";
import {
  everyPlan,
  type Sizes,
  type Subject,
  sizes,
  stepsOf,
  twoLevelPlan,
} from "../../src/experiments/cyclicalReal/setting.ts";
import type { OpenImages, Row } from "../../src/experiments/experiment.ts";
import { where } from "../../src/experiments/rows.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { pointOf } from "../../src/geometry/point.ts";
import { gaussNewtonSpectrum } from "../../src/geometry/spectrum.ts";
import { defined } from "../../src/geometry/undefined.ts";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, matrix, openKernels } from "../../src/linalg/index.ts";
import { linearModel } from "../../src/models/index.ts";
import { createStream } from "../../src/random/index.ts";
import { tableRows } from "./tableRows.ts";

/** On images of one number for each 2×2 pixels, as small as can be with statistics to decide every check. */
const small: Subject = {
  ...sizes.quick[0],
  architecture: { ...sizes.quick[0].architecture, channels: [4, 8], hidden: [16] },
  batchSize: 1,
  high: 0.75,
  samples: 32,
  testSamples: 30,
  seeds: 4,
  warmup: 200,
  cycle: 160,
  cycles: 2,
  settling: 20,
  plans: [constantPlan, twoLevelPlan],
  gradientDescent: { plans: [twoLevelPlan], seeds: 4 },
  close: { seeds: 4, looks: 2 },
};

/** SGD alone, and no thresholds. */
const plain: Partial<Subject> = {
  gradientDescent: { plans: [], seeds: 0 },
  close: { seeds: 0, looks: 0 },
};

let kernels: Kernels;
let openImages: OpenImages;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  const pool = await openDataset(
    { name: "mnist", samples: 600, seed: 1, standardise: "channel" },
    { precision: "float64" },
  );
  const { side, inputs } = averagedImages(pool, 0);
  const averaged = { ...pool, inputs, inputShape: [1, side, side] };
  openImages = async ({ samples = 0, seed = 0 }) => drawn(averaged, samples, seed);
  rows = await measured({});
});
afterAll(() => kernels.close());

function drawn(pool: Dataset, count: number, seed: number): Dataset {
  const stream = createStream(seed);
  const left = Array.from({ length: pool.count }, (_, i) => i);
  return subset(
    pool,
    Array.from({ length: count }, () => left.splice(stream.integer(left.length), 1)[0]),
  );
}

async function measured(
  changes: Partial<Subject>,
  sgd?: Driving,
  images = openImages,
): Promise<readonly Row[]> {
  const own = [{ ...small, ...changes }];
  const experiment = cyclicalRealAt({ quick: own, paper: own }, sgd);
  const { table } = await runExperiment(experiment, {
    kernels,
    scale: "quick",
    seed: 1,
    openImages: images,
  });
  return tableRows(table);
}
const conclude = (of: readonly Row[], subjects: Sizes = [small]) =>
  cyclicalRealAt({ quick: subjects, paper: subjects }).conclude(of, "quick");
const verdicts = (of: readonly Row[]) => conclude(of).checks.map(({ verdict }) => verdict);
const changed = (fields: Row, change: (row: Row) => Row) =>
  rows.map((row) => (where([row], fields).length > 0 ? { ...row, ...change(row) } : row));
const times = (factor: number) => (row: Row) =>
  Object.fromEntries(
    ["lambdaMax", "trace", "frobenius", "hessianMax"].map((field) => [
      field,
      (row[field] as number) * factor,
    ]),
  );

describe("cyclical-real", () => {
  it("finds SGD flatter under cycles, at no higher loss, and GD not", () => {
    const [flatter, hessian, loss, first, , gd, , runsLost] = verdicts(rows);
    expect({ flatter, hessian, loss, first, gd, runsLost }).toEqual({
      flatter: "holds",
      hessian: "holds",
      loss: "holds",
      first: "holds",
      gd: "holds",
      runsLost: "holds",
    });
  });

  it("draws the learning rate beneath the sharpness on one axis, and reads without gaps", () => {
    const { figures, reading } = conclude(rows);
    expect(figures.map(({ id }) => id)).toEqual([
      "along-lenet-mnist-square-loss",
      "threshold-lenet-mnist-square-loss",
      "accuracy",
    ]);
    const { panels } = figures[0];
    for (const k of [0, 1, 2]) expect(panels[k].x.domain).toEqual(panels[k + 3].x.domain);
    expect(reading).not.toMatch(/NaN|undefined|not known/);
  });

  it("is undecided without images, and says why there is nothing", async () => {
    const missing = await measured({}, undefined, () =>
      Promise.reject(new InputError("mnist: no files of it")),
    );
    const { checks, reading, figures } = conclude(missing);
    expect(overall(checks)).toBe("inconclusive");
    expect(reading).toBe("Networks on real images were left out: mnist: no files of it.");
    expect(figures).toEqual([]);
  });

  it("takes at least 12 networks, 20 on paper", () => {
    for (const { loss, seeds } of sizes.quick)
      if (loss === "square loss") expect(seeds).toBeGreaterThanOrEqual(12);
    for (const { seeds } of sizes.paper) expect(seeds).toBeGreaterThanOrEqual(20);
  });
});

describe("cyclical-real fails", () => {
  it("for GD in SGD's place", async () => {
    const wrong = await measured({ seeds: 3, ...plain }, deterministic);
    expect(verdicts(wrong)[0]).toBe("fails");
    expect(verdicts(wrong)[3]).toBe("fails");
  });

  it("for isotropic noise of the same trace", async () => {
    const wrong = await measured({ seeds: 3, ...plain }, isotropicNoise);
    expect(verdicts(wrong)[0]).toBe("fails");
    expect(verdicts(wrong)[3]).toBe("fails");
  });

  it("for cycles whose large learning rate is the small one", async () => {
    const wrong = await measured({ seeds: 3, high: 0.15, ...plain });
    expect(verdicts(wrong)[0]).toBe("fails");
    expect(verdicts(wrong)[3]).toBe("fails");
  });

  it("where GD flattens as well", () => {
    const flat = changed({ kind: "end", optimiser: "GD" }, times(0.2));
    expect(verdicts(flat)[5]).toBe("fails");
  });

  it("where the flatter place has more loss", () => {
    const worse = changed({ kind: "end", optimiser: "SGD", schedule: twoLevelPlan }, ({ loss }) => ({
      loss: (loss as number) * 5,
    }));
    expect(verdicts(worse)[2]).toBe("fails");
  });

  it("where a further cycle sharpens again", () => {
    const sharper = changed(
      { kind: "along", optimiser: "SGD", schedule: twoLevelPlan, phase: "small", cycle: 2 },
      times(2),
    );
    expect(verdicts(sharper)[4]).toBe("fails");
  });

  it("where the large phase ends at the threshold", () => {
    const edge = changed({ kind: "along", phase: "large" }, ({ rate }) => ({ threshold: rate }));
    expect(verdicts(edge)[6]).toBe("fails");
  });

  it("where runs are lost", async () => {
    const wild = await measured({ seeds: 2, high: 50, ...plain });
    expect(where(wild, { kind: "end", arrived: false })).toHaveLength(2);
    expect(verdicts(wild)[7]).toBe("fails");
    expect(conclude(wild).reading).not.toMatch(/NaN|undefined/);
  });
});

/** GD with Gaussian noise of covariance (Tr Σ/(B·p))·I, Tr Σ/B by two batches of their own. */
const isotropicNoise: Driving = (model, start, batchSize, stream) => {
  const trainer = model.trainer(start, model.samples);
  const all = Int32Array.from({ length: model.samples }, (_, i) => i);
  const nextBatch = batchSampler({ samples: model.samples, batchSize, stream: stream.split("batches") });
  const [mean, one, other] = [0, 1, 2].map(() => trainer.allocate());
  const draws = stream.split("noise");
  return {
    ...trainer,
    step(learningRate) {
      const loss = trainer.gradient(all, mean);
      trainer.gradient(nextBatch(), one);
      trainer.gradient(nextBatch(), other);
      let square = 0;
      for (let k = 0; k < one.length; k++) square += (one[k] - other[k]) ** 2 / 2;
      const deviation = Math.sqrt(square / one.length);
      for (let k = 0; k < mean.length; k++) {
        trainer.theta[k] -= learningRate * (mean[k] + deviation * draws.gaussian());
      }
      return loss;
    },
  };
};

describe("schedules", () => {
  it("have as many steps, the same end and no rate beyond the two", () => {
    const course = { ...small, cycle: 8, cycles: 3, settling: 4 };
    for (const name of everyPlan) {
      const schedule = planNamed(name, course, { low: 0.1, high: 1.5 });
      const rates = Array.from({ length: stepsOf(course) - course.warmup }, (_, step) => schedule(step));
      expect(rates.slice(24)).toEqual([0.1, 0.1, 0.1, 0.1]);
      expect(Math.max(...rates)).toBeLessThanOrEqual(1.5);
      expect(Math.max(...rates)).toBeGreaterThan(name === constantPlan ? 0 : 1.4);
      expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.1 - 1e-12);
    }
  });
});

describe("the confined threshold", () => {
  it("falls towards η* of all directions as there are more of them, and is it with all", async () => {
    const stream = createStream(3);
    const inputs = matrix(9, 6, stream.split("x").gaussians(new Float64Array(54)));
    const targets = matrix(9, 2, stream.split("y").gaussians(new Float64Array(18)));
    const model = linearModel({ inputs, targets, kernels });
    const point = await pointOf(model.linearize(model.initialize(stream.split("theta"))));
    const draw = { batchSize: 2, replacement: true };
    const spectrum = await gaussNewtonSpectrum(point, kernels);
    const rank = spectrum.eigenvalues.length;
    const confined: number[] = [];
    for (let count = 1; count <= rank; count++) {
      confined.push((await confinedThreshold(point, spectrum, count, { draw, kernels })) ?? Number.NaN);
    }
    for (let k = 1; k < rank; k++) expect(confined[k]).toBeLessThanOrEqual(confined[k - 1] * (1 + 1e-3));
    const problem = await reducedProblem(point, kernels);
    const exact = defined(await stabilityThreshold(problem, draw, { kernels })).value;
    expect(Math.abs(confined[rank - 1] / exact - 1)).toBeLessThan(1e-3);
    expect(confined[0]).toBeGreaterThan(exact * 1.01);
  });
});

describe("accuracy", () => {
  it("is the share of samples whose largest output is their class's", () => {
    const predicted = Float64Array.of(0.1, 0.9, 0.8, 0.2, 0.3, 0.4);
    expect(accuracy(predicted, Float64Array.of(0, 1, 0, 1, 0, 1), 2)).toBe(2 / 3);
  });
});

describe("images", () => {
  it("for training and test are different ones, whole", async () => {
    const images = await openSplit(small, { openImages, stream: createStream(5) });
    if ("missing" in images) throw new Error(images.missing);
    const { shape, outputs, training, test } = images;
    expect({ shape, outputs }).toEqual({ shape: [1, 14, 14], outputs: 10 });
    const pixels = 14 * 14;
    const sheets = (inputs: Float64Array) =>
      Array.from({ length: inputs.length / pixels }, (_, i) =>
        inputs.subarray(i * pixels, (i + 1) * pixels).join(),
      );
    const all = [...sheets(training.inputs), ...sheets(test.inputs)];
    expect(new Set(all).size).toBe(small.samples + small.testSamples);
  });
});
