import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { escapeReal, escapeRealAt } from "../../src/experiments/escapeReal/index.ts";
import { arms, type Sizes, sizes } from "../../src/experiments/escapeReal/setting.ts";
import { genuine, type Variant } from "../../src/experiments/escapeReal/variant.ts";
import type { OpenImages, Row } from "../../src/experiments/experiment.ts";
import { where } from "../../src/experiments/rows.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { isotropicStep } from "./minima/isotropicStep.ts";
import { tableRows } from "./tableRows.ts";

const samples = 12;
const side = 12;

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  subjects: [
    {
      name: "small LeNet",
      images: "mnist",
      classes: [0, 1],
      samples,
      architecture: {
        name: "lenet",
        channels: [4, 8],
        kernel: 3,
        pooling: "average",
        hidden: [16],
        activation: "tanh",
        initialisation: "xavier",
      },
      training: { batchSize: 4, learningRate: 0.05, lossShare: 1e-7, maxSteps: 20_000 },
    },
  ],
  seeds: 8,
  runs: 64,
  steps: { sgd: 30, gradientDescent: 48 },
  stride: 6,
  followed: [
    { optimiser: "SGD", factor: 2, steps: 300, every: 10 },
    { optimiser: "GD", factor: 1.1, steps: 100, every: 5 },
  ],
  settling: 3000,
};

/** Noise of two classes, whatever is asked for. */
const openNoise: OpenImages = async ({ seed = 0, samples: count = samples }) => ({
  name: "noise",
  available: count,
  count,
  inputShape: [1, side, side],
  inputs: createStream(seed).gaussians(new Float64Array(count * side * side)),
  labels: { indices: Int32Array.from({ length: count }, (_, i) => i % 2), classes: 2 },
});

let kernels: Kernels;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  rows = await measured();
});
afterAll(() => kernels.close());

async function measured(variant?: Variant, own: Partial<Sizes> = {}): Promise<readonly Row[]> {
  const shrunk = { ...tiny, ...own };
  const { table } = await runExperiment(escapeRealAt({ quick: shrunk, paper: shrunk }, variant), {
    kernels,
    scale: "quick",
    seed: 1,
    openImages: openNoise,
  });
  return tableRows(table);
}
const conclude = (of: readonly Row[]) => escapeRealAt({ quick: tiny, paper: tiny }).conclude(of, "quick");

const verdicts = (of: readonly Row[]) => conclude(of).checks.map(({ verdict }) => verdict);
const changed = (fields: Row, change: (row: Row) => Row) =>
  rows.map((row) => (where([row], fields).length > 0 ? { ...row, ...change(row) } : row));

/** Positions of the checks. */
const checks = {
  sgdGrowth: 0,
  gdGrowth: 1,
  alone: 2,
  decay: 3,
  directions: 4,
  bound: 5,
  noise: 6,
  gdDeparture: 7,
  sgdDeparture: 8,
  firstOrder: 9,
  settled: 10,
  flatter: 11,
  flatterThanGd: 12,
} as const;

describe("escape-real", () => {
  it("holds on what it measures", () => {
    const { checks: found, figures } = conclude(rows);
    expect(found.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      found.map(({ statement }) => ["holds", statement]),
    );
    expect(found.length).toBe(Object.keys(checks).length);
    expect(figures.map(({ id }) => id)).toEqual(["leaving", "directions", "paths", "sharpness"]);
  });

  it("takes at least 12 networks of each of two sets of images, on paper 20 of four kinds", () => {
    expect(escapeReal.trials("quick").length).toBe(2 * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(12);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.subjects.length).toBe(4);
  });

  it("decides nothing without images, and says what is missing and why", async () => {
    const experiment = escapeRealAt({ quick: tiny, paper: tiny });
    const [trial] = experiment.trials("quick");
    const context = { kernels, scale: "quick", stream: createStream(1) } as const;
    const none = async () => {
      throw new InputError("mnist: no files of it");
    };
    const without = await experiment.measure(trial, context);
    const missing = await experiment.measure(trial, { ...context, openImages: none });
    const {
      checks: found,
      reading,
      figures,
    } = conclude([...without, ...missing].map((row) => ({ ...trial, ...row })));
    expect(overall(found)).toBe("inconclusive");
    expect(figures).toEqual([]);
    expect(reading).toContain("no images were given");
    expect(reading).toContain("mnist: no files of it");
    const broken = async () => {
      throw new RangeError("broken");
    };
    await expect(experiment.measure(trial, { ...context, openImages: broken })).rejects.toThrow("broken");
    await expect(experiment.measure({ subject: "none", seed: 0 }, context)).rejects.toThrow(
      "subject: got none",
    );
  });

  it("leaves a network out that SGD does not train far enough", async () => {
    const [subject] = tiny.subjects;
    const short = { ...subject, training: { ...subject.training, maxSteps: 50 } };
    const found = await measured(genuine, { subjects: [short], seeds: 1 });
    expect(found).toMatchObject([{ kind: "left out", reason: expect.stringContaining("in 50 steps") }]);
  });
});

describe("escape-real fails", () => {
  it("for GD in SGD's place", async () => {
    const all = Int32Array.from({ length: samples }, (_, i) => i);
    const descend: Variant["descend"] = (trainer, _, learningRate) => {
      trainer.descend(all, learningRate);
    };
    const found = verdicts(await measured({ ...genuine, descend }, { runs: 2, seeds: 5 }));
    expect(found[checks.sgdGrowth]).toBe("fails");
    expect(found[checks.directions]).toBe("fails");
    expect(found[checks.settled]).toBe("fails");
    // it never leaves, so that there is nothing to say about where to
    expect(found[checks.sgdDeparture]).toBe("inconclusive");
    expect(found[checks.flatter]).toBe("inconclusive");
  });

  it("for isotropic noise of the size of SGD's", async () => {
    const noise = createStream(13);
    const descend: Variant["descend"] = (trainer, _, learningRate) =>
      isotropicStep(trainer, learningRate, samples, () => noise.gaussian());
    const [sgd] = tiny.followed;
    const short = { runs: 16, seeds: 5, followed: [{ ...sgd, steps: 100 }] };
    const found = verdicts(await measured({ ...genuine, descend }, short));
    expect(found[checks.sgdGrowth]).toBe("fails");
    expect(found[checks.directions]).toBe("fails");
  });

  it("for eigenvectors in another order", async () => {
    const directions = (w: Float64Array) => w.map((_, k) => w[(k + 3) % w.length]);
    const found = verdicts(await measured({ ...genuine, directions }, { runs: 16, seeds: 5 }));
    expect(found[checks.alone]).toBe("fails");
    expect(found[checks.directions]).toBe("fails");
    expect(found[checks.gdDeparture]).toBe("fails");
  });

  it("for single numbers that are wrong", () => {
    const compared = { kind: "look", compare: true };
    const quicker = changed({ ...compared, arm: arms.gradientDescent }, (row) => ({
      logLoss: 1.1 * (row.exactLogLoss as number),
    }));
    expect(verdicts(quicker)[checks.gdGrowth]).toBe("fails");
    const slower = changed({ ...compared, arm: arms.gradientDescent }, (row) => ({
      flat1: 2 * (row.flat1 as number),
    }));
    expect(verdicts(slower)[checks.decay]).toBe("fails");
    const alone = changed({ ...compared, arm: arms.sgd }, () => ({ flat1: 1e-4 }));
    expect(verdicts(alone)[checks.bound]).toBe("fails");
    const growing = changed({ ...compared, arm: arms.sameRate }, () => ({ logLoss: 0.1 }));
    expect(verdicts(growing)[checks.noise]).toBe("fails");
    const sharp = changed({ kind: "departure", optimiser: "SGD", group: "1" }, () => ({ displacement: 0.9 }));
    expect(verdicts(sharp)[checks.sgdDeparture]).toBe("fails");
    const parted = changed({ kind: "path" }, (row) => ({ logLinear: (row.logLoss as number) + 0.2 }));
    expect(verdicts(parted)[checks.firstOrder]).toBe("fails");
    const astray = changed({ kind: "end", optimiser: "GD" }, () => ({ settled: false }));
    expect(verdicts(astray)[checks.settled]).toBe("fails");
  });

  it("where SGD does not come to a flatter minimum, or GD to as flat a one", () => {
    const kept = changed({ kind: "end", optimiser: "SGD" }, () => ({ frobenius: 0.95 }));
    expect(verdicts(kept)[checks.flatter]).toBe("fails");
    const flat = changed({ kind: "end", optimiser: "GD" }, () => ({ trace: 0.1 }));
    expect(verdicts(flat)[checks.flatterThanGd]).toBe("fails");
  });
});
