import { beforeAll, describe, expect, it } from "vitest";
import { isotropic, powerLaw } from "../../src/data/designs.ts";
import type { Conclusion, Row } from "../../src/experiments/experiment.ts";
import { families } from "../../src/experiments/olmAlignment/families.ts";
import { olmAlignment, olmAlignmentAt } from "../../src/experiments/olmAlignment/index.ts";
import { alignmentThroughMetric } from "../../src/experiments/olmAlignment/measure.ts";
import { population } from "../../src/experiments/olmAlignment/population.ts";
import { type Sizes, sizes } from "../../src/experiments/olmAlignment/setting.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { lossAlignment } from "../../src/geometry/alignment.ts";
import { momentAccumulator } from "../../src/geometry/moments.ts";
import { pointOf } from "../../src/geometry/point.ts";
import { defined } from "../../src/geometry/undefined.ts";
import { openKernels } from "../../src/linalg/kernels/select.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { olmModel } from "../../src/models/olm/olmModel.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  dimension: 16,
  seeds: 20,
  fewSamples: 2,
  fewRepeats: 12,
  manySamples: 3000,
  branches: [6, 60],
  widths: [6, 60],
  deepWidths: [10, 30],
  convolutions: [
    [1, 2],
    [1, 16],
  ],
  parameters: [16, 160],
};
const experiment = olmAlignmentAt({ quick: tiny, paper: tiny });

let rows: readonly Row[];
let measured: Conclusion;
beforeAll(async () => {
  const fast = await openKernels({ threads: 1 });
  const result = await runExperiment(experiment, { kernels: fast, scale: "quick", seed: 3 });
  await fast.close();
  measured = result;
  rows = tableRows(result.table);
});

const verdictOf = (changed: readonly Row[], start: string) => {
  const found = experiment
    .conclude(changed, "quick")
    .checks.find(({ statement }) => statement.startsWith(start));
  return found?.verdict;
};
const replaced = (covariance: (row: Row) => number) =>
  rows.map((row): Row => ({ ...row, covariance: covariance(row) }));
const decades = ({ parameters }: Row) => Math.log10(parameters as number);

describe("olm-alignment", () => {
  it("holds on what it measures", () => {
    expect(measured.checks.map(({ statement, verdict }) => [statement, verdict])).toEqual(
      measured.checks.map(({ statement }) => [statement, "holds"]),
    );
  });

  it("measures every family at every p, with at least 20 seeds and 50 on paper", () => {
    const trials = experiment.trials("quick");
    expect(trials.length).toBe(families.size * tiny.seeds);
    expect(rows.length).toBe(trials.length * 2 * 2 * 3);
    expect(olmAlignment.trials("quick").length).toBe(families.size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("fails for isotropic noise of the same size, Σ = (Tr Σ/p)·I", () => {
    // Tr(ΣG)/(2L‖G‖_F²) is then (Tr Σ/2L)·Tr G/(p‖G‖_F²), and Tr Σ ≈ 2L·Tr G: d_eff/p
    const wrong = replaced((row) => (row.effectiveDimension as number) / (row.parameters as number));
    expect(overall(experiment.conclude(wrong, "quick").checks)).toBe("fails");
    expect(verdictOf(wrong, "flat in p: ")).toBe("fails");
    expect(verdictOf(wrong, "lower bound")).toBe("fails");
    expect(verdictOf(wrong, "many samples")).toBe("fails");
  });

  it("fails for a slope in p, in one family as in all", () => {
    const tilted = replaced((row) => (row.covariance as number) * (1 + 0.3 * (decades(row) - 1.5)));
    expect(verdictOf(tilted, "flat in p: ")).toBe("fails");
    expect(verdictOf(tilted, "flat in p by itself")).toBe("fails");
    const one = replaced((row) =>
      row.family === "two-layer linear"
        ? (row.covariance as number) * (1 - 0.3 * (decades(row) - 1.5))
        : (row.covariance as number),
    );
    expect(verdictOf(one, "flat in p: ")).toBe("fails");
    expect(verdictOf(one, "flat in p by itself")).toBe("holds");
  });

  it("fails with few samples where μ is that of many, and with many where it is off by a tenth", () => {
    const few = replaced((row) => (row.covariance as number) * (row.regime === "few samples" ? 2 : 1));
    expect(verdictOf(few, "few samples")).toBe("fails");
    const many = replaced((row) => (row.covariance as number) * (row.regime === "many samples" ? 1.1 : 1));
    expect(verdictOf(many, "many samples")).toBe("fails");
  });

  it("fails where μ falls after training alone", () => {
    const trained = replaced((row) => (row.covariance as number) * (row.trained ? 0.5 : 1));
    expect(verdictOf(trained, "lower bound")).toBe("fails");
  });

  it("is inconclusive about few samples where no d_eff is large enough", () => {
    const narrow = rows.map((row): Row => ({ ...row, effectiveDimension: 1 }));
    expect(verdictOf(narrow, "few samples")).toBe("inconclusive");
  });

  it("draws every family against p and against its closed form", () => {
    const [againstP, againstForm] = measured.figures;
    for (const { layers } of [...againstP.panels, ...againstForm.panels]) {
      const drawn = layers.filter(({ kind }) => kind === "points").map(({ series }) => series);
      expect(drawn).toEqual([...families.keys()]);
    }
  });
});

describe("μ through the metric", () => {
  it.each([...families.keys()])("of %s is that of the Gram matrix", async (name) => {
    const stream = createStream(5).split(name);
    const [family] = families.get(name)?.(tiny, { kernels, stream: stream.split("family") }) ?? [];
    for (const n of [1, 5, 30]) {
      const inputs = powerLaw(tiny.dimension, 1).sample(n, stream.split("inputs", n));
      const targets = matrix(n, 1, stream.split("targets", n).gaussians(new Float64Array(n)));
      const model = olmModel({ family, inputs, targets, kernels });
      const theta = model.initialize(stream.split("theta", n));
      const linearization = model.linearize(theta);
      const moments = momentAccumulator(tiny.dimension, 1, kernels);
      moments.add({ jacobian: inputs, residuals: linearization.residuals });
      const through = alignmentThroughMetric(moments.finish(), family.metric(theta), kernels);
      const direct = defined(lossAlignment(await pointOf(linearization))).covariance;
      expect(Math.abs(through - direct)).toBeLessThan(1e-12);
    }
  });
});

describe("the population's μ", () => {
  it("is 1 + 1/d for isotropic inputs and the identity metric, with any δ", () => {
    const d = 7;
    const metric = matrix(d, d);
    for (let k = 0; k < d; k++) metric.data[k * (d + 1)] = 3;
    const delta = createStream(1).gaussians(new Float64Array(d));
    const { alignment, effectiveDimension, trace } = population(isotropic(d).eigenvalues, metric, delta, 0);
    expect(alignment).toBeCloseTo(1 + 1 / d, 14);
    expect(effectiveDimension).toBeCloseTo(d, 13);
    expect(trace).toBeCloseTo(3 * d, 13);
  });

  it("is that of explicit p×p matrices G = ASAᵀ and Σ = 2L·G + ∇L∇Lᵀ", () => {
    const [d, p, noise] = [4, 6, 0.7];
    const stream = createStream(2);
    const a = Array.from({ length: p }, () => [...stream.gaussians(new Float64Array(d))]);
    const delta = stream.gaussians(new Float64Array(d));
    const spectrum = powerLaw(d, 1).eigenvalues;
    const sum = (terms: readonly number[]) => terms.reduce((total, term) => total + term, 0);
    const geometry = a.map((u) => a.map((v) => sum(u.map((value, k) => value * spectrum[k] * v[k]))));
    const gradient = a.map((u) => sum(u.map((value, k) => value * spectrum[k] * delta[k])));
    const loss = sum([...delta].map((value, k) => spectrum[k] * value ** 2)) + noise ** 2;
    const aligned = geometry.map((row, i) =>
      sum(row.map((g, j) => (loss * g + gradient[i] * gradient[j]) * g)),
    );
    const frobenius = sum(geometry.map((row) => sum(row.map((g) => g * g))));
    const metric = matrix(d, d);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) metric.data[i * d + j] = sum(a.map((u) => u[i] * u[j]));
    }
    const { alignment } = population(spectrum, metric, delta, noise);
    expect(alignment).toBeCloseTo(sum(aligned) / (loss * frobenius), 12);
  });
});
