import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isotropic } from "../../src/data/designs.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import { twoLayerAlignment, twoLayerAlignmentAt } from "../../src/experiments/twoLayerAlignment/index.ts";
import { activations, type Sizes, sizes } from "../../src/experiments/twoLayerAlignment/setting.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { lossAlignment } from "../../src/geometry/alignment.ts";
import { aPosterioriBound, twoLayerBound } from "../../src/geometry/certificate.ts";
import { noiseSummary } from "../../src/geometry/noise.ts";
import { pointOf } from "../../src/geometry/point.ts";
import { defined } from "../../src/geometry/undefined.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { leakyReLU } from "../../src/models/activations.ts";
import { signedSecondLayer, twoLayerModel } from "../../src/models/twoLayer.ts";
import { createStream } from "../../src/random/index.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = { seeds: 20, dimension: 8, samples: [8, 24], widths: [4, 16, 128] };
const experiment = twoLayerAlignmentAt({ quick: tiny, paper: tiny });
/** The verdict needs no more than these, one of them outside the theorem. */
const measured = ["leaky ReLU, α/β = 1", "leaky ReLU, α/β = 0.5", "smooth leaky, α/β = 0.3", "ReLU"];

const checks = { width: 0, boundWidth: 1, aligned: 2, inputs: 3, aPosteriori: 4 } as const;
const verdicts = (rows: readonly Row[]) =>
  experiment.conclude(rows, "quick").checks.map(({ verdict }) => verdict);

let kernels: Kernels;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  const trials = experiment.trials("quick").filter(({ activation }) => measured.includes(activation));
  const stream = createStream(11);
  rows = (
    await Promise.all(
      trials.map(async (trial) => {
        const own = stream.split(trial.activation, trial.seed);
        const found = await experiment.measure(trial, { kernels, scale: "quick", stream: own });
        return found.map((row): Row => ({ ...trial, ...row }));
      }),
    )
  ).flat();
});
afterAll(() => kernels.close());

const changed = (change: (row: Row) => Row) => rows.map((row) => ({ ...row, ...change(row) }));
const scaled = (field: string, factor: (row: Row) => number) =>
  changed((row) => (typeof row[field] === "number" ? { [field]: row[field] * factor(row) } : {}));
const width = ({ width: m }: Row) => m as number;

describe("two-layer-alignment", () => {
  it("holds on what it measures", () => {
    const { checks: found } = experiment.conclude(rows, "quick");
    expect(found.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      found.map(({ statement }) => ["holds", statement]),
    );
  });

  it("measures every activation with at least 20 seeds, 50 on paper, over 1.5 decades of p", () => {
    expect(twoLayerAlignment.trials("quick").length).toBe(activations.size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
    for (const { widths } of [sizes.quick, sizes.paper]) {
      expect(Math.log10(Math.max(...widths) / Math.min(...widths))).toBeGreaterThan(1.5);
    }
  });

  it("gives each width p = m·d parameters, and one bound from the inputs to all of them", () => {
    for (const row of rows) expect(row.parameters).toBe(width(row) * tiny.dimension);
    const bounds = new Set(
      rows
        .filter(({ activation, seed, samples }) => activation === measured[1] && seed === 3 && samples === 24)
        .map(({ inputsBound }) => inputsBound),
    );
    expect(bounds.size).toBe(1);
  });

  it("has the two bounds agree where σ is linear: K is then XXᵀ times a number", () => {
    for (const { slopeRatio, aPosteriori, inputsBound } of rows) {
      if (slopeRatio === 1) expect(aPosteriori).toBeCloseTo(inputsBound as number, 12);
    }
  });

  it("gives no bound from the inputs where α ≤ 0", () => {
    for (const { activation, inputsBound } of rows) expect(inputsBound === 0).toBe(activation === "ReLU");
  });

  it("fails for isotropic noise of the same size, Σ = (Tr Σ/p)·I", async () => {
    const [right, wrong] = await Promise.all([initialRows(false), initialRows(true)]);
    expect(verdicts(right)).not.toContain("fails");
    const found = verdicts(wrong);
    for (const index of [checks.aPosteriori, checks.inputs, checks.width, checks.aligned]) {
      expect(found[index]).toBe("fails");
    }
    expect(overall(experiment.conclude(wrong, "quick").checks)).toBe("fails");
  });

  it("fails where μ, or its bound, falls with the width", () => {
    const falling = verdicts(scaled("covariance", (row) => width(row) ** -0.5));
    expect(falling[checks.width]).toBe("fails");
    // where σ is linear the bound is the same at every width: the first to fall
    expect(verdicts(scaled("aPosteriori", (row) => width(row) ** -0.5))[checks.boundWidth]).toBe("fails");
  });

  it("does not take a rise with the width for a fall", () => {
    const rising = verdicts(scaled("covariance", (row) => width(row) ** 0.5));
    expect(rising[checks.width]).toBe("holds");
  });

  it("fails where μ₁ is below a bound in some measurements", () => {
    const some = (row: Row) => (row.theta === "after SGD" ? 0.02 : 1);
    expect(verdicts(scaled("secondMoment", some))[checks.aPosteriori]).toBe("fails");
    expect(verdicts(scaled("secondMoment", some))[checks.inputs]).toBe("fails");
  });

  it("fails where one kind of θ is not aligned", () => {
    const some = (row: Row) => (row.theta === "random, far away" && row.slopeRatio === 1 ? 0.2 : 1);
    expect(verdicts(scaled("covariance", some))[checks.aligned]).toBe("fails");
  });

  /** Rows of one activation at its initialisation, with the measured noise or an isotropic one of its size. */
  async function initialRows(isotropicNoise: boolean): Promise<Row[]> {
    const found: Row[] = [];
    const d = tiny.dimension;
    const n = 24;
    const slope = 0.7;
    for (let seed = 0; seed < tiny.seeds; seed++) {
      for (const m of [16, 64, 256]) {
        const draws = createStream(77).split(seed);
        const inputs = isotropic(d).sample(n, draws.split("inputs"));
        const stream = draws.split("width", m);
        const model = twoLayerModel({
          inputs,
          targets: matrix(n, 1, stream.split("targets").gaussians(new Float64Array(n))),
          secondLayer: signedSecondLayer(1, m, stream.split("second layer")),
          activation: leakyReLU(slope),
          kernels,
        });
        const point = await pointOf(model.linearize(model.initialize(stream.split("theta"))));
        const summary = noiseSummary(point);
        const { loss, gaussNewtonTrace, gaussNewtonFrobenius } = summary;
        // Tr(ΣG)/(2L‖G‖_F²) with Σ = (Tr Σ/p)·I
        const unit = gaussNewtonTrace / model.parameters / (2 * loss * gaussNewtonFrobenius ** 2);
        const alignment = isotropicNoise
          ? {
              covariance: summary.noiseTrace * unit,
              secondMoment: (summary.noiseTrace + summary.gradientNormSquared) * unit,
            }
          : defined(lossAlignment(point));
        const inputGram = matrix(n, n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            for (let k = 0; k < d; k++)
              inputGram.data[i * n + j] += inputs.data[i * d + k] * inputs.data[j * d + k];
          }
        }
        found.push({
          activation: "leaky ReLU, α/β = 0.7",
          seed,
          slopeRatio: slope,
          samples: n,
          width: m,
          parameters: model.parameters,
          theta: "initialisation",
          ...alignment,
          aPosteriori: defined(aPosterioriBound(point, kernels)),
          inputsBound: defined(twoLayerBound(inputGram, { lower: slope, upper: 1 })),
        });
      }
    }
    return found;
  }
});
