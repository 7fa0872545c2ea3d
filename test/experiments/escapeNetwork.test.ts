import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset/dataset.ts";
import { drawImages } from "../../src/experiments/escapeNetwork/images.ts";
import { escapeNetwork, escapeNetworkAt } from "../../src/experiments/escapeNetwork/index.ts";
import { escapeRows } from "../../src/experiments/escapeNetwork/measure.ts";
import { networks } from "../../src/experiments/escapeNetwork/networks.ts";
import { arms, type Sizes, sizes } from "../../src/experiments/escapeNetwork/setting.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import type { Minimum } from "../../src/experiments/minima/minimum.ts";
import { type Descend, descend } from "../../src/experiments/minima/pairedRun.ts";
import { networkPopulation } from "../../src/experiments/minima/population.ts";
import { startNear } from "../../src/experiments/minima/startNear.ts";
import { distinct, where } from "../../src/experiments/rows.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { isotropicStep } from "./minima/isotropicStep.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  seeds: 6,
  runs: 80,
  descents: 4,
  steps: 40,
  stride: 20,
  followed: { runs: 2, steps: 300 },
};
const experiment = escapeNetworkAt({ quick: tiny, paper: tiny });
const model = "two-layer network";

let kernels: Kernels;
let minima: readonly Minimum[];
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  const draw = networks.get(model);
  if (!draw) throw new Error(`no network ${model}`);
  minima = await Promise.all(
    Array.from({ length: tiny.seeds }, async (_, seed) => {
      return (await draw({ kernels, stream: createStream(21).split(seed) })).minimum;
    }),
  );
  rows = await measured(minima, descend);
});
afterAll(() => kernels.close());

async function measured(at: readonly Minimum[], how: Descend, of: Sizes = tiny): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (const [seed, minimum] of at.entries()) {
    const stream = createStream(12).split(seed);
    const own = await escapeRows(minimum, { sizes: of, kernels, stream, descend: how });
    all.push(...own.map((row) => ({ model, seed, data: "Gaussian", ...row })));
  }
  return all;
}

const checks = {
  sgdGrowth: 0,
  gdGrowth: 1,
  directions: 2,
  along: 3,
  off: 4,
  bound: 5,
  noise: 6,
  reach: 7,
  secondOrder: 8,
} as const;
const verdicts = (changed: readonly Row[]) =>
  experiment.conclude(changed, "quick").checks.map(({ verdict }) => verdict);
const changed = (change: (row: Row) => Row) => rows.map((row) => ({ ...row, ...change(row) }));

describe("escape-network", () => {
  it("holds on what it measures", () => {
    const { checks: found, figures } = experiment.conclude(rows, "quick");
    expect(found.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      found.map(({ statement }) => ["holds", statement]),
    );
    expect(figures.length).toBe(4);
  });

  it("measures every model with at least 20 seeds, 50 on paper", () => {
    expect(escapeNetwork.trials("quick").length).toBe(networks.size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("fails for GD in place of SGD", async () => {
    const all = Int32Array.from({ length: minima[0].problem.samples }, (_, i) => i);
    const wrong = await measured(minima, (trainer, _, learningRate) => {
      trainer.descend(all, learningRate);
    });
    const found = verdicts(wrong);
    expect(found[checks.sgdGrowth]).toBe("fails");
    expect(found[checks.directions]).toBe("fails");
  });

  it("fails for isotropic noise of the size of SGD's", async () => {
    const noise = createStream(13);
    const { samples } = minima[0].problem;
    const wrong = await measured(
      minima.slice(0, 4),
      (trainer, _, learningRate) => isotropicStep(trainer, learningRate, samples, () => noise.gaussian()),
      { ...tiny, runs: 30, followed: { runs: 1, steps: 100 } },
    );
    const found = verdicts(wrong);
    expect(found[checks.directions]).toBe("fails");
    expect(overall(experiment.conclude(wrong, "quick").checks)).toBe("fails");
  });

  it("fails for eigenvectors in another order", async () => {
    const shuffled = minima.map((minimum): Minimum => {
      const { rank } = minimum.problem;
      return {
        ...minimum,
        coordinates: (theta) => {
          const w = minimum.coordinates(theta);
          return w.map((_, k) => w[(k + 3) % rank]);
        },
      };
    });
    const found = verdicts(await measured(shuffled, descend));
    expect(found[checks.directions]).toBe("fails");
    expect(found[checks.along]).toBe("fails");
    expect(found[checks.reach]).toBe("fails");
  });

  it("fails for single numbers that are wrong", () => {
    const growing = changed((row) =>
      row.kind === "look" ? { logLoss: 1.1 * (row.exactLogLoss as number) } : {},
    );
    expect(verdicts(growing)[checks.gdGrowth]).toBe("fails");
    const sharp = changed((row) => (row.arm === arms.sgd ? { displacedSharpest: 0.99 } : {}));
    expect(verdicts(sharp)[checks.off]).toBe("fails");
    const alone = changed((row) => (row.arm === arms.sgd && row.direction === 1 ? { share: 0.99 } : {}));
    expect(verdicts(alone)[checks.bound]).toBe("fails");
    const staying = changed((row) => (row.arm === arms.sameRate ? { logLoss: 0 } : {}));
    expect(verdicts(staying)[checks.noise]).toBe("fails");
    const constant = changed((row) => (row.kind === "followed" ? { deviation: 0.01 } : {}));
    expect(verdicts(constant)[checks.secondOrder]).toBe("fails");
  });

  it("measures a convolutional network, on real images where there are any", async () => {
    const one = {
      ...tiny,
      seeds: 1,
      runs: 4,
      descents: 2,
      steps: 4,
      stride: 2,
      followed: { runs: 1, steps: 2 },
    };
    const own = { model: "convolutional network", seed: 0 };
    const context = { kernels, scale: "quick", stream: createStream(1) } as const;
    const shrunk = escapeNetworkAt({ quick: one, paper: one });
    const withImages = await shrunk.measure(own, { ...context, openImages: async () => digits });
    expect(distinct(withImages, "data")).toEqual([expect.stringContaining("MNIST")]);
    expect(where(withImages, { kind: "left out" })).toEqual([]);
    const without = await shrunk.measure(own, context);
    expect(distinct(without, "data")).toEqual([expect.stringContaining("random fields")]);
    expect(where(without, { kind: "left out" })).toMatchObject([
      { reason: "no images were given", instead: expect.stringContaining("random fields") },
    ]);
    expect(without.length).toBe(withImages.length + 1);
    await expect(shrunk.measure({ ...own, model: "none" }, context)).rejects.toThrow("model: got none");
  });
});

describe("a population of the network's runs", () => {
  it("keeps expectations when it is drawn anew", () => {
    const [minimum] = minima;
    const { eigenvalues, samples } = minimum.problem;
    // GD, whose mean square is known in closed form, with starts so unequal that the population is drawn anew
    const learningRate = 2.6 / eigenvalues[0];
    const runs = 2000;
    const stream = createStream(3);
    const population = networkPopulation(minimum, {
      batchSize: samples,
      replacement: false,
      learningRate,
      runs,
      start: (run) => startNear(minimum.problem, 1e-16, stream.split(run, "start")),
      stream,
      descend,
    });
    const square = (k: number) => {
      const walkers = population.next().value;
      const weights = walkers.reduce((sum, { weight }) => sum + weight / runs, 0);
      return {
        weights,
        value: walkers.reduce(
          (sum, { weight, coordinates }) => sum + (weight * coordinates[k] ** 2) / runs,
          0,
        ),
      };
    };
    const start = square(0);
    expect(start.weights).toBeCloseTo(1, 12);
    square(0);
    square(0);
    const end = square(0);
    expect(Math.abs(end.weights - 1)).toBeGreaterThan(1e-6);
    expect(Math.abs(end.weights - 1)).toBeLessThan(0.1);
    expect(end.value / start.value / (1 - learningRate * eigenvalues[0]) ** 6).toBeCloseTo(1, 1);
  });
});

const digits: Dataset = {
  name: "mnist",
  available: 60_000,
  count: 16,
  inputShape: [1, 28, 28],
  inputs: createStream(9).gaussians(new Float64Array(16 * 28 * 28)),
  labels: { indices: Int32Array.from({ length: 16 }, (_, i) => i % 2), classes: 2 },
};

describe("images", () => {
  const stream = createStream(4);

  it("are digits where there are any: the middle, four pixels to one", async () => {
    const inputs = new Float64Array(2 * 28 * 28);
    // one block of four, and the pixel before the middle begins
    for (const pixel of [4 * 28 + 6, 4 * 28 + 7, 5 * 28 + 6, 5 * 28 + 7]) inputs[pixel] = 1;
    inputs[4 * 28 + 3] = 1;
    const labels = { indices: Int32Array.of(0, 1), classes: 2 };
    const open = async () => ({ ...digits, count: 2, inputs, labels });
    const { name, side, inputs: found, targets } = await drawImages(2, open, stream);
    expect(name).toContain("MNIST");
    expect(side).toBe(10);
    expect(targets).toEqual(Float64Array.of(1, -1));
    // less the mean, of mean square 1: only the second pixel of the first row differs
    expect(found.findIndex((value) => value !== 0)).toBe(1);
    expect(found.filter((value) => value !== 0).map(Math.abs)).toEqual(Float64Array.of(10, 10));
  });

  it("are random fields where there are none, which have classes and are smooth", async () => {
    for (const open of [
      undefined,
      async () => {
        throw new InputError("mnist: no files of it");
      },
    ]) {
      const { name, inputs, targets } = await drawImages(40, open, stream);
      expect(name).toContain("random fields");
      expect(inputs.length).toBe(4000);
      const neighbours = inputs.reduce(
        (sum, value, i) => (i % 10 === 9 ? sum : sum + value * inputs[i + 1]),
        0,
      );
      expect(neighbours / 3600).toBeGreaterThan(0.7);
      const mean = Array.from({ length: 100 }, (_, pixel) =>
        targets.reduce((sum, target, i) => sum + (target * inputs[100 * i + pixel]) / 40, 0),
      );
      // of the mean square 1, a good part is between the classes
      expect(Math.hypot(...mean) ** 2 / 100).toBeGreaterThan(0.1);
    }
  });

  it("that are there but cannot be read are an error", async () => {
    const open = async () => {
      throw new RangeError("broken");
    };
    await expect(drawImages(2, open, stream)).rejects.toThrow("broken");
  });
});
