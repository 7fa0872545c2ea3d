import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset/dataset.ts";
import type { OpenImages, Row } from "../../src/experiments/experiment.ts";
import { bandsOf } from "../../src/experiments/networkAlignment/bands.ts";
import { course } from "../../src/experiments/networkAlignment/course.ts";
import { networkAlignment, networkAlignmentAt } from "../../src/experiments/networkAlignment/index.ts";
import { lookAt } from "../../src/experiments/networkAlignment/look.ts";
import { gradientNoise, isotropicNoise, type Noise } from "../../src/experiments/networkAlignment/noise.ts";
import { openPictures } from "../../src/experiments/networkAlignment/pictures.ts";
import {
  entropyLoss,
  initial,
  looks,
  oneHotLoss,
  type Sizes,
  scalarLoss,
  sizes,
} from "../../src/experiments/networkAlignment/setting.ts";
import { distinct, where } from "../../src/experiments/rows.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { noiseSummary } from "../../src/geometry/noise.ts";
import { pointOf } from "../../src/geometry/point.ts";
import { gaussNewtonSpectrum, randomDirectionImages } from "../../src/geometry/spectrum.ts";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, matrix, openKernels, plainVectorMath } from "../../src/linalg/index.ts";
import type { Linearization } from "../../src/models/index.ts";
import {
  buildArchitecture,
  initializeParameters,
  networkModel,
  readArchitecture,
  squareLoss,
} from "../../src/models/index.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels } from "../reference/naiveKernels.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const small = { seeds: 6, samples: 48, widths: [24], batchSize: 8, maxSteps: 400, data: "mnist" } as const;
const tiny: Sizes = {
  averaged: true,
  cases: [
    { ...small, network: "FNN, ReLU", loss: scalarLoss, widths: [16, 32, 160], samples: 64, seeds: 8 },
    { ...small, network: "FNN, tanh", loss: oneHotLoss, samples: 30 },
    { ...small, network: "FNN, tanh", loss: entropyLoss, samples: 30 },
  ],
};
const quickly = (noise?: Noise) => networkAlignmentAt({ quick: tiny, paper: tiny }, noise);
const statements = [
  "at the initialisation: mean μ₁",
  "along training: mean μ lies",
  "sharpest eigen-directions",
  "with exponent in",
  "at every θ: μ grows as p^a",
  "left out, along training: μ grows as p^a",
  "isotropic noise of the same trace",
  "one-hot targets, early",
] as const;

const checkOf = {
  start: 0,
  along: 1,
  sharpest: 2,
  exponent: 3,
  parameters: 4,
  wide: 5,
  isotropic: 6,
  oneHot: 7,
};

let kernels: Kernels;
let rows: readonly Row[];
let plain: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  plain = await run();
  rows = tableRows(plain.table);
});
afterAll(() => kernels.close());

function run(noise?: Noise, openImages: OpenImages | undefined = patterns) {
  return runExperiment(quickly(noise), { kernels, scale: "quick", seed: 3, openImages });
}

/** Classes are smooth patterns, each sample of one with noise and a brightness of its own. */
const patterns: OpenImages = async ({ samples = 0, seed = 0, classes }) => {
  const draws = createStream(seed);
  const count = classes?.length ?? 10;
  const indices = Int32Array.from({ length: samples }, (_, i) => i % count);
  return {
    ...images(samples, (i, row, column) => {
      const k = classes?.[indices[i]] ?? indices[i];
      const wave = Math.sin(((1 + (k % 4)) * row) / 4) * Math.cos(((1 + (k % 3)) * column) / 5);
      return Math.abs(wave + 0.5 * draws.gaussian());
    }),
    labels: { indices, classes: count },
  };
};

/** Grey 28×28 pictures of the digits 0, 1, 2, …. */
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

describe("network-alignment", () => {
  it("holds on what it measures, the same way every time", async () => {
    for (const [k, { verdict, statement }] of plain.checks.entries()) {
      // exponents of p within so little need more runs and wider networks than there are here
      if (k === checkOf.parameters || k === checkOf.wide)
        expect([statement, verdict]).not.toEqual([statement, "fails"]);
      else expect([statement, verdict]).toEqual([statement, "holds"]);
    }
    expect(plain.checks.length).toBe(statements.length);
    for (const [k, part] of statements.entries()) expect(plain.checks[k].statement).toContain(part);
    expect(plain.figures.map(({ id }) => id)).toEqual([
      "along-training",
      "against-parameters",
      "along-the-spectrum",
      "other-losses",
    ]);
    expect(plain.reading).not.toMatch(/NaN|undefined|not known|Infinity/);
    const again = networkAlignmentAt({
      quick: { ...tiny, cases: tiny.cases.slice(2) },
      paper: tiny,
    });
    const { table } = await runExperiment(again, { kernels, scale: "quick", seed: 3, openImages: patterns });
    expect(table.alignment).toEqual(where(rows, { loss: entropyLoss }).map(({ alignment }) => alignment));
  });

  it("looks at the initialisation and along training, and follows every run to the end", () => {
    for (const { network, loss, seeds, widths } of tiny.cases) {
      const own = where(rows, { kind: "look", network, loss });
      expect(where(own, { theta: initial }).length).toBe(seeds * widths.length);
      expect(where(own, { theta: looks[looks.length - 1].theta }).length).toBe(seeds * widths.length);
      for (const { theta, share } of looks.slice(0, -1)) {
        for (const { lossShare } of where(own, { theta }))
          expect(lossShare).toBeLessThanOrEqual(share + 1e-6);
      }
    }
  });

  it("measures dense networks with at least 20 seeds, convolutional ones with 12, deep ones with 8", () => {
    for (const { network, loss, seeds } of sizes.quick.cases.filter(({ loss }) => loss === scalarLoss)) {
      expect([network, loss, seeds]).toEqual([network, loss, Math.max(seeds, seedsOf(network))]);
    }
    expect(networkAlignment.trials("quick").length).toBe(
      sizes.quick.cases.reduce((sum, { seeds }) => sum + seeds, 0),
    );
    for (const one of sizes.paper.cases) expect(one.seeds).toBeGreaterThanOrEqual(10);
  });

  it("fails for isotropic noise in Σ's place", async () => {
    const { checks } = await run(isotropicNoise);
    expect(checks.map(({ verdict }) => verdict)).toEqual([
      // μ₁ is that of the gradients
      "holds",
      ...Array.from({ length: statements.length - 1 }, () => "fails"),
    ]);
  });

  it("fails for the noise of other eigenvectors", async () => {
    const reversed: Noise = (place) => {
      const own = gradientNoise(place);
      const { eigenvalues } = place.spectrum;
      const variances = own.eigen.map((alignment, k) => alignment * eigenvalues[k]).reverse();
      return { ...own, eigen: variances.map((variance, k) => variance / eigenvalues[k]) };
    };
    const { checks } = await run(reversed);
    expect(checks[checkOf.sharpest].verdict).toBe("fails");
    expect(checks[checkOf.exponent].verdict).toBe("fails");
    expect(overall(checks)).toBe("fails");
  });

  it("fails for single numbers that are wrong", () => {
    const verdict = (check: number, change: (row: Row) => Row) =>
      quickly().conclude(
        rows.map((row) => (row.kind === "look" ? { ...row, ...change(row) } : row)),
        "quick",
      ).checks[check].verdict;
    expect(verdict(checkOf.start, ({ theta }) => (theta === initial ? { secondMoment: 5 } : {}))).toBe(
      "fails",
    );
    expect(
      verdict(checkOf.along, ({ theta, loss }) =>
        theta === "early" && loss === scalarLoss ? { alignment: 0.1 } : {},
      ),
    ).toBe("fails");
    expect(
      verdict(checkOf.parameters, ({ parameters }) => ({ alignment: (parameters as number) ** 0.3 })),
    ).toBe("fails");
    expect(
      verdict(checkOf.isotropic, ({ loss }) => (loss === entropyLoss ? { overIsotropic: 10 } : {})),
    ).toBe("fails");
    expect(verdict(checkOf.oneHot, ({ loss }) => (loss === oneHotLoss ? { alignment: 0.1 } : {}))).toBe(
      "fails",
    );
  });

  it("decides nothing without images, and says why", async () => {
    const missing = await run(undefined, () => Promise.reject(new InputError("mnist: no files of it")));
    expect(missing.checks).toEqual([]);
    expect(overall(missing.checks)).toBe("inconclusive");
    expect(missing.figures).toEqual([]);
    expect(missing.reading).toContain("nothing was measured");
    expect(missing.setting.at(-1)).toContain("mnist: no files of it");
  });

  it("judges no case of fewer than six runs", () => {
    const few = rows.filter(({ seed }) => (seed as number) < 5);
    expect(quickly().conclude(few, "quick").checks).toEqual([]);
  });

  it("says that runs were lost, or had nothing to measure", () => {
    const ended = rows.filter(
      ({ seed, theta, loss }) => seed !== 0 || theta === initial || loss !== scalarLoss,
    );
    expect(quickly().conclude(ended, "quick").reading).toContain("3 of 36 runs left all bounds");
    const empty = [...rows, { kind: "undefined", reason: "the loss is zero" }];
    expect(quickly().conclude(empty, "quick").reading).toContain("At 1 θ there was nothing to measure");
  });
});

function seedsOf(network: string): number {
  if (network.startsWith("FNN")) return 20;
  return network === "LeNet" ? 12 : 8;
}

/** A linearization that is its Jacobian. */
function explicit(samples: number, outputs: number, parameters: number, seed: number) {
  const stream = createStream(seed);
  const size = samples * outputs;
  const jacobian = matrix(size, parameters, stream.gaussians(new Float64Array(size * parameters)));
  const residuals = stream.gaussians(new Float64Array(size));
  const gram = matrix(size, size);
  naiveKernels.gemm(
    1,
    jacobian,
    { ...jacobian, rows: parameters, columns: size, rowStride: 1, columnStride: parameters },
    0,
    gram,
  );
  const linearization = {
    samples,
    outputs,
    parameters,
    residuals,
    gram: () => gram,
  } as unknown as Linearization;
  return { jacobian, residuals, linearization, stream };
}

describe("noise", () => {
  it("isotropic, has the alignments of (Tr Σ/p)·I as explicit p×p matrices give them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(),
        async (n, outputs, p, seed) => {
          const { jacobian, residuals, linearization, stream } = explicit(n, outputs, p, seed);
          const point = await pointOf(linearization);
          const spectrum = await gaussNewtonSpectrum(point, naiveKernels);
          const random = randomDirectionImages(spectrum, 2, stream, naiveKernels);
          const place = { point, summary: noiseSummary(point), spectrum, parameters: p, random };
          const found = isotropicNoise(place);

          const gradients = Array.from({ length: n }, (_, i) =>
            Array.from({ length: p }, (_, a) => {
              let sum = 0;
              for (let c = 0; c < outputs; c++) {
                sum += residuals[i * outputs + c] * jacobian.data[(i * outputs + c) * p + a];
              }
              return sum;
            }),
          );
          let noiseTrace = 0;
          for (let a = 0; a < p; a++) {
            const own = gradients.map((gradient) => gradient[a]);
            const middle = own.reduce((sum, value) => sum + value, 0) / n;
            for (const value of own) noiseTrace += (value - middle) ** 2 / n;
          }
          let trace = 0;
          let squares = 0;
          for (let a = 0; a < p; a++) {
            for (let b = 0; b < p; b++) {
              let entry = 0;
              for (let k = 0; k < n * outputs; k++)
                entry += (jacobian.data[k * p + a] * jacobian.data[k * p + b]) / n;
              squares += entry ** 2;
              if (a === b) trace += entry;
            }
          }
          const doubled = residuals.reduce((sum, value) => sum + value * value, 0) / n;
          const close = (value: number, expected: number) =>
            expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
          close(found.loss, ((noiseTrace / p) * trace) / (doubled * squares));
          for (const [k, value] of found.eigen.entries()) {
            close(value, noiseTrace / p / (doubled * spectrum.eigenvalues[k]));
          }
          // one direction has vᵀv = p in the mean only, and its curvature is λ₁‖z‖²
          for (const [j, value] of found.random.entries()) {
            let square = 0;
            for (let i = 0; i < random.rows; i++) square += random.data[i * 2 + j] ** 2;
            close(value, noiseTrace / (doubled * spectrum.eigenvalues[0] * square));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("of the gradients weighs g along the eigenvectors with λ² to μ", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (n, outputs, p, seed) => {
          const { linearization, stream } = explicit(n, outputs, p, seed);
          const point = await pointOf(linearization);
          const spectrum = await gaussNewtonSpectrum(point, naiveKernels);
          const random = randomDirectionImages(spectrum, 1, stream, naiveKernels);
          const summary = noiseSummary(point);
          const { loss, eigen } = gradientNoise({ point, summary, spectrum, parameters: p, random });
          let weighted = 0;
          let weights = 0;
          for (const [k, value] of spectrum.eigenvalues.entries()) {
            weighted += value ** 2 * eigen[k];
            weights += value ** 2;
          }
          expect(Math.abs(loss - weighted / weights)).toBeLessThanOrEqual(1e-9 * loss);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a look", () => {
  const options = { noise: gradientNoise, outputs: 1, unit: 0.5, kernels: naiveKernels };

  it("keeps the bound of the Jacobian below μ₁, and knows who carries the residuals", async () => {
    const { linearization, stream } = explicit(6, 1, 9, 5);
    const at = async (residuals: Float64Array) => {
      const { rows: found } = await lookAt({ ...linearization, residuals }, { ...options, stream });
      return found[0];
    };
    const alike = await at(new Float64Array(6).fill(-2));
    expect(alike.carriers).toBeCloseTo(1, 12);
    expect(alike.lossShare).toBeCloseTo(4, 12);
    const alone = await at(Float64Array.of(0, 0, 3, 0, 0, 0));
    expect(alone.carriers).toBeCloseTo(1 / 6, 12);
    for (const row of [alike, alone]) {
      expect(row.secondMoment).toBeGreaterThanOrEqual(row.bound as number);
      expect(row.alignment).toBeLessThanOrEqual(row.secondMoment as number);
    }
  });

  it("sees nothing where there is no loss or no slope, and says so", async () => {
    const { linearization, stream } = explicit(3, 1, 4, 6);
    const nowhere = await lookAt(
      { ...linearization, residuals: new Float64Array(3) },
      { ...options, stream },
    );
    expect(nowhere.rows).toEqual([{ kind: "undefined", reason: "the loss is zero: every residual is 0" }]);
    const flat = await lookAt({ ...linearization, gram: () => matrix(3, 3) }, { ...options, stream });
    expect(flat.rows[0].reason).toContain("Gauss–Newton matrix is zero");
  });
});

describe("bands of the spectrum", () => {
  it("hold 1, 2, 4, … directions, the rest left out, with Tr(PΣ)/(2L·Tr(PG)) for each", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: 0.1, max: 9, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true })),
          {
            maxLength: 20,
          },
        ),
        (pairs) => {
          const eigenvalues = pairs.map(([value]) => value);
          const bands = bandsOf(
            eigenvalues,
            pairs.map(([, g]) => g),
          );
          expect(bands.length).toBe(Math.floor(Math.log2(pairs.length + 1)));
          for (const [b, { curvature, alignment }] of bands.entries()) {
            const own = pairs.slice(2 ** b - 1, 2 ** (b + 1) - 1);
            const traceG = own.reduce((sum, [value]) => sum + value, 0);
            const noise = own.reduce((sum, [value, g]) => sum + value * g, 0);
            expect(curvature).toBeCloseTo(traceG / own.length, 9);
            expect(alignment).toBeCloseTo(noise / traceG, 9);
          }
        },
      ),
    );
  });
});

describe("a course", () => {
  const config = readArchitecture({ name: "fnn", hidden: [4], initialisation: "lecun" });
  const graph = buildArchitecture(config, [3], 1);
  const stream = createStream(8);
  const model = networkModel({
    graph,
    inputs: stream.split("x").gaussians(new Float64Array(15)),
    targets: Float64Array.of(1, -1, 1, -1, 1),
    loss: squareLoss,
    initialize: (draws) => initializeParameters(graph, config.initialisation, draws),
    kernels: naiveKernels,
    math: plainVectorMath,
  });
  const start = model.initialize(stream.split("start"));
  const followed = (learningRate: number, maxSteps: number) => [
    ...course(model, start, {
      unit: 0.5,
      learningRate: () => learningRate,
      batchSize: 2,
      maxSteps,
      stream: stream.split("batches"),
    }),
  ];

  it("stops at each look once, in order, and at the last when the steps are spent", () => {
    const all = followed(0.1, 4000);
    expect(all.map(({ theta }) => theta)).toEqual(looks.map(({ theta }) => theta));
    const shares = all.map(({ parameters }) => {
      const { loss } = model.linearize(parameters);
      return (loss?.sampleLosses.reduce((sum, value) => sum + value / 5, 0) ?? Number.NaN) / 0.5;
    });
    for (const [k, { share }] of looks.entries()) expect(shares[k]).toBeLessThanOrEqual(share);
    const short = followed(1e-9, 7);
    expect(short.map(({ theta, step }) => [theta, step])).toEqual([["end", 7]]);
  });

  it("ends where the loss leaves all bounds", () => {
    expect(followed(1e6, 100)).toEqual([]);
  });
});

describe("pictures", () => {
  const stream = createStream(9);
  const open = async (drawn: Dataset, averaged: boolean, loss: typeof scalarLoss | typeof oneHotLoss) => {
    let asked: unknown;
    const openImages: OpenImages = async (config) => {
      asked = config;
      return drawn;
    };
    const options = { loss, samples: drawn.count, averaged };
    const found = await openPictures("mnist", options, { openImages, stream });
    if ("missing" in found) throw new Error(found.missing);
    return { ...found, asked };
  };

  it("of 28×28 pixels get a black border and are averaged over 2×2, to mean 0 and variance 1", async () => {
    const drawn = images(3, (i, row, column) => i + row + column / 7);
    const large = await open(drawn, false, oneHotLoss);
    const small = await open(drawn, true, oneHotLoss);
    expect([large.shape, small.shape]).toEqual([
      [1, 32, 32],
      [1, 16, 16],
    ]);
    expect(large.targets.length).toBe(30);
    for (const { inputs } of [large, small]) {
      const mean = inputs.reduce((sum, value) => sum + value, 0) / inputs.length;
      expect(Math.abs(mean)).toBeLessThan(1e-12);
      expect(inputs.reduce((sum, value) => sum + value * value, 0) / inputs.length).toBeCloseTo(1, 9);
    }
    // affine in the pixels: differences of differences are known
    const black = large.inputs[0];
    const unit = large.inputs[1024 + 2 * 32 + 2] - black;
    expect(unit).toBeGreaterThan(0);
    expect((large.inputs[2 * 1024 + 5 * 32 + 9] - black) / unit).toBeCloseTo(2 + 3 + 1, 9);
    const corner = small.inputs[0];
    const one = small.inputs[2 * 256 + 17] - small.inputs[256 + 17];
    expect((small.inputs[256 + 17] - corner) / one).toBeCloseTo(1 + 0.5 + 0.5 / 7, 9);
  });

  it("of three channels stay three, and two classes are ±1", async () => {
    const drawn: Dataset = {
      ...images(2, () => 0),
      inputShape: [3, 32, 32],
      inputs: Float64Array.from({ length: 6 * 1024 }, (_, at) => Math.floor(at / 1024)),
      labels: { indices: Int32Array.of(1, 0), classes: 2 },
    };
    const { shape, inputs, targets, outputs, asked } = await open(drawn, true, scalarLoss);
    expect(shape).toEqual([3, 16, 16]);
    expect([outputs, ...targets]).toEqual([1, -1, 1]);
    expect(asked).toMatchObject({ name: "mnist", classes: [3, 5], samples: 2 });
    for (let sheet = 0; sheet < 6; sheet++) {
      const own = inputs.subarray(sheet * 256, (sheet + 1) * 256);
      expect(own.every((value) => value === own[0])).toBe(true);
      expect(own[0]).toBeCloseTo((sheet - 2.5) / Math.sqrt(35 / 12), 12);
    }
  });
});

describe("cases", () => {
  it("name each network, data set and loss once", () => {
    for (const { cases } of Object.values(sizes)) {
      const names = cases.map(({ network, data, loss }): Row => ({ name: [network, data, loss].join() }));
      expect(distinct(names, "name").length).toBe(cases.length);
    }
  });
});
