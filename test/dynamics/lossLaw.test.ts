import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BatchDraw, batchNoise } from "../../src/dynamics/batchNoise.ts";
import { ratioOf } from "../../src/dynamics/drawnBatches.ts";
import { lossKicks } from "../../src/dynamics/lossKicks.ts";
import { measureLossIncrease, predictLossIncrease, secondOrderIncrease } from "../../src/dynamics/lossLaw.ts";
import { hessianNoiseTrace } from "../../src/geometry/hessianNoise.ts";
import { geometryPoint } from "../../src/geometry/point.ts";
import { fromRows } from "../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../src/linalg/plainVectorMath.ts";
import { tanh } from "../../src/models/activations.ts";
import { linearModel } from "../../src/models/linear.ts";
import type { HessianModel, Model } from "../../src/models/model.ts";
import { buildArchitecture } from "../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../src/models/network/architectures/schema.ts";
import { crossEntropyLoss } from "../../src/models/network/losses.ts";
import { networkModel } from "../../src/models/network/network.ts";
import { twoLayerModel } from "../../src/models/twoLayer.ts";
import { createStream } from "../../src/random/index.ts";
import { gaussianMatrix, unit } from "../models/laws.ts";
import { allBatches } from "../reference/batches.ts";
import { dot, type ExplicitGeometry, explicitGeometry, frobenius } from "../reference/explicitGeometry.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";
import { gramOf, problems } from "../reference/problems.ts";

/** As small as every batch can be tried. */
const draws: fc.Arbitrary<BatchDraw & { samples: number }> = fc
  .record({
    samples: fc.integer({ min: 1, max: 4 }),
    batchSize: fc.integer({ min: 1, max: 3 }),
    replacement: fc.boolean(),
  })
  .map((draw) => ({
    ...draw,
    batchSize: draw.replacement ? draw.batchSize : Math.min(draw.batchSize, draw.samples),
  }));

const traceOfProduct = (a: number[][], b: number[][]) => a.reduce((sum, row, i) => sum + dot(row, b[i]), 0);

/** The mean kick over every batch. */
async function meanKicks(model: Model, theta: Float64Array, draw: BatchDraw, learningRate: number) {
  const kick = await lossKicks(model, theta, learningRate);
  const kicks = allBatches(model.samples, draw).map(kick);
  const mean = (of: (kick: (typeof kicks)[number]) => number) =>
    kicks.reduce((sum, each) => sum + of(each) / kicks.length, 0);
  return { centred: mean(({ centred }) => centred), plain: mean(({ plain }) => plain), kicks };
}

describe("the loss after a step", () => {
  it("rises by (η²c/2)·Tr(GΣ) over all batches of a linear model, at any η", async () => {
    await fc.assert(
      fc.asyncProperty(
        draws,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 1e-3, max: 10, noNaN: true }),
        fc.constantFrom(1e-20, 1, 1e20),
        fc.nat(),
        async ({ samples, ...draw }, dimension, outputs, rate, scale, seed) => {
          const stream = createStream(seed);
          const inputs = gaussianMatrix(samples, dimension, stream, scale);
          const targets = gaussianMatrix(samples, outputs, stream);
          const model = linearModel({ inputs, targets, kernels });
          const theta = stream.gaussians(new Float64Array(model.parameters), 1 / scale);
          const learningRate = rate / scale ** 2;
          const { loss, gradient, gaussNewton, covariance, secondMoment } = await geometryOf(model, theta);
          const expected =
            (learningRate ** 2 * batchNoise(samples, draw) * traceOfProduct(covariance, gaussNewton)) / 2;
          const { centred, plain, kicks } = await meanKicks(model, theta, draw, learningRate);
          // rounding of the losses that are subtracted
          const curvature = frobenius(gaussNewton);
          const reach = learningRate * (Math.sqrt(dot(gradient, gradient)) + norm(secondMoment));
          const size = 2 * loss + curvature * (reach + norm([[...theta]])) ** 2;
          expect(Math.abs(centred - expected)).toBeLessThanOrEqual(1e-13 * size);
          expect(Math.abs(plain - expected)).toBeLessThanOrEqual(1e-13 * size);
          for (const kick of kicks) expect(kick.centred).toBeGreaterThanOrEqual(-1e-13 * size);
        },
      ),
    );
  });

  it("rises by (η²c/2)·Tr(HΣ) up to η³ where the model is not linear", async () => {
    await fc.assert(
      fc.asyncProperty(draws, fc.boolean(), fc.nat(), async ({ samples, ...draw }, classes, seed) => {
        const stream = createStream(seed);
        const model = classes ? classifier(samples, seed) : curved(samples, seed);
        const theta = stream.gaussians(new Float64Array(model.parameters));
        const trace = await hessianNoiseTrace(model.linearize(theta));
        const { loss, longest } = sizesAt(model, theta);
        const step = 0.01 / (1 + longest);
        const [whole, half, quarter] = await Promise.all(
          [step, step / 2, step / 4].map(async (learningRate) => {
            const { centred } = await meanKicks(model, theta, draw, learningRate);
            return centred / learningRate ** 2;
          }),
        );
        // terms of order η extrapolated away, then those of η²; the sizes of both bound what is left
        const [coarse, fine] = [2 * half - whole, 2 * quarter - half];
        const exact = secondOrderIncrease(trace, samples, { ...draw, learningRate: 1 });
        const sizes = Math.abs(fine - coarse) + 0.02 * Math.abs(half - whole);
        const tolerance = sizes + (1e-13 * (1 + loss)) / step ** 2;
        expect(Math.abs((4 * fine - coarse) / 3 - exact)).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 60 },
    );
  });
});

describe("predictions", () => {
  it("are (η²c/2)·Tr(GΣ) and η²c·L·‖G‖_F² of explicit matrices, over shapes and scales", () => {
    fc.assert(
      fc.property(
        problems({ maxScale: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        ({ jacobian, residuals, outputs }, size, replacement) => {
          const samples = residuals.length / outputs;
          const batchSize = replacement ? size : Math.min(size, samples);
          const step = { batchSize, replacement, learningRate: 0.3 };
          const { loss, gaussNewton, covariance } = explicitGeometry(jacobian, residuals, outputs);
          const noise = replacement
            ? 1 / batchSize
            : (samples - batchSize) / (batchSize * (samples - 1) || 1);
          const point = geometryPoint(gramOf(jacobian), residuals, outputs);
          const { aligned, decoupled } = predictLossIncrease(point, step);
          const scale = (0.09 * (samples === 1 ? 0 : noise)) / 2;
          const expected = 2 * scale * loss * frobenius(gaussNewton) ** 2;
          expect(Math.abs(decoupled - expected)).toBeLessThanOrEqual(1e-13 * expected);
          const trace = traceOfProduct(covariance, gaussNewton);
          expect(Math.abs(aligned - scale * trace)).toBeLessThanOrEqual(1e-12 * (scale * trace + expected));
        },
      ),
    );
  });

  it("are 0 where there is no loss or no geometry", () => {
    const step = { batchSize: 1, replacement: true, learningRate: 1 };
    const none = { aligned: 0, decoupled: 0 };
    const one = fromRows([
      [1, 0],
      [0, 1],
    ]);
    expect(predictLossIncrease(geometryPoint(one, new Float64Array(2)), step)).toEqual(none);
    const flat = { ...one, data: new Float64Array(4) };
    expect(predictLossIncrease(geometryPoint(flat, Float64Array.of(1, 2)), step)).toEqual(none);
  });
});

describe("measured over drawn batches", () => {
  const model = curved(6, 3);
  const theta = createStream(4).gaussians(new Float64Array(model.parameters));
  const stream = createStream(5);

  it("has the mean over all batches in its interval, as often as it says", async () => {
    const draw = { batchSize: 2, replacement: false, learningRate: 0.5 };
    const all = await meanKicks(model, theta, draw, draw.learningRate);
    const inside = { centred: 0, plain: 0 };
    const repetitions = 200;
    for (let k = 0; k < repetitions; k++) {
      const measured = await measureLossIncrease(model, theta, {
        ...draw,
        batches: 100,
        stream: stream.split(k),
      });
      for (const name of ["centred", "plain"] as const) {
        const { low, high } = measured[name];
        if (low <= all[name] && all[name] <= high) inside[name]++;
      }
      expect(measured.centred.high - measured.centred.low).toBeLessThan(
        measured.plain.high - measured.plain.low,
      );
    }
    for (const count of Object.values(inside)) {
      // four standard deviations of 200 draws at 95 %
      expect(count).toBeGreaterThanOrEqual(0.95 * repetitions - 4 * Math.sqrt(repetitions * 0.05 * 0.95));
    }
  });

  it("is 0 with every sample in the batch, and then has no ratio", async () => {
    const draw = { batchSize: 6, replacement: false, learningRate: 0.5 };
    const { centred } = await measureLossIncrease(model, theta, { ...draw, batches: 20, stream });
    expect(Math.abs(centred.mean)).toBeLessThan(1e-15);
    expect(ratioOf(centred, secondOrderIncrease(7, 6, draw))).toMatchObject({
      undefined: expect.stringContaining("no noise"),
    });
  });

  it("says so where the step leaves the finite numbers", async () => {
    const draw = { batchSize: 1, replacement: true, learningRate: 1e200, batches: 3, stream };
    const linear = linearModel({
      inputs: fromRows([[1], [2]]),
      targets: fromRows([[1], [0]]),
      kernels,
    });
    const { centred } = await measureLossIncrease(linear, Float64Array.of(1), draw);
    expect(ratioOf(centred, 1)).toEqual({ undefined: "the step leaves the finite numbers" });
  });

  it("refuses a batch that does not fit", async () => {
    const draw = { batchSize: 7, replacement: false, learningRate: 0.1, batches: 3, stream };
    await expect(measureLossIncrease(model, theta, draw)).rejects.toThrow(RangeError);
  });
});

it("a ratio keeps its ends in order where the prediction is negative", () => {
  expect(ratioOf({ mean: 1, low: -1, high: 4 }, -2)).toEqual({ mean: -0.5, low: -2, high: 0.5 });
});

/** A two-layer network with tanh. */
function curved(samples: number, seed: number): HessianModel {
  const stream = createStream(seed).split("two-layer");
  return twoLayerModel({
    inputs: gaussianMatrix(samples, 2, stream),
    targets: gaussianMatrix(samples, 2, stream),
    secondLayer: gaussianMatrix(2, 3, stream),
    activation: tanh,
    kernels,
  });
}

/** The largest loss of a sample, and the length of the longest gradient. */
function sizesAt(model: Model, theta: Float64Array) {
  const gradient = new Float64Array(theta.length);
  const each = Array.from({ length: model.samples }, (_, i) => ({
    loss: model.gradient(theta, Int32Array.of(i), gradient),
    length: Math.sqrt(dot(gradient, gradient)),
  }));
  return {
    loss: Math.max(...each.map(({ loss }) => loss)),
    longest: Math.max(...each.map(({ length }) => length)),
  };
}

/** A network that puts samples in 3 classes. */
function classifier(samples: number, seed: number): HessianModel {
  const stream = createStream(seed).split("classes");
  const config = readArchitecture({ name: "fnn", hidden: [2], activation: "tanh" });
  const targets = new Float64Array(3 * samples);
  for (let i = 0; i < samples; i++) targets[3 * i + stream.integer(3)] = 1;
  return networkModel({
    graph: buildArchitecture(config, [2], 3),
    inputs: stream.gaussians(new Float64Array(2 * samples)),
    targets,
    loss: crossEntropyLoss,
    initialize: () => new Float64Array(0),
    kernels,
    math: plainVectorMath,
  });
}

async function geometryOf(model: Model, theta: Float64Array): Promise<ExplicitGeometry> {
  const { residuals, outputs, parameters, jvp } = model.linearize(theta);
  const columns = await Promise.all(Array.from({ length: parameters }, (_, k) => jvp(unit(parameters, k))));
  const jacobian = Array.from(residuals, (_, i) => columns.map((column) => column[i]));
  return explicitGeometry(jacobian, residuals, outputs);
}

/** √‖A‖_F of a second moment: a length of gradients; ‖v‖ of a row vector. */
function norm(a: number[][]): number {
  return a.length === 1 ? frobenius(a) : Math.sqrt(frobenius(a));
}
