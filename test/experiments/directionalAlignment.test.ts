import { beforeAll, describe, expect, it } from "vitest";
import { powerLaw } from "../../src/data/designs.ts";
import { directionsAt, populationAlignment } from "../../src/experiments/directionalAlignment/directions.ts";
import {
  directionalAlignment,
  directionalAlignmentAt,
} from "../../src/experiments/directionalAlignment/index.ts";
import { summary } from "../../src/experiments/directionalAlignment/measure.ts";
import { modelClasses } from "../../src/experiments/directionalAlignment/modelClasses.ts";
import { type Sizes, sizes } from "../../src/experiments/directionalAlignment/setting.ts";
import type { Conclusion, Row } from "../../src/experiments/experiment.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { directionalAlignments } from "../../src/geometry/directional.ts";
import { pointOf } from "../../src/geometry/point.ts";
import { gaussNewtonSpectrum } from "../../src/geometry/spectrum.ts";
import { defined } from "../../src/geometry/undefined.ts";
import { openKernels } from "../../src/linalg/kernels/select.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  dimension: 8,
  samples: [6, 8, 3000],
  profiles: [6, 3000],
  linearWidth: 8,
  width: 3,
  seeds: 20,
};
const experiment = directionalAlignmentAt({ quick: tiny, paper: tiny });

let rows: readonly Row[];
let measured: Conclusion;
beforeAll(async () => {
  const fast = await openKernels({ threads: 1 });
  const result = await runExperiment(experiment, { kernels: fast, scale: "quick", seed: 5 });
  await fast.close();
  measured = result;
  rows = tableRows(result.table);
});

const checkOf = (changed: readonly Row[], part: string) =>
  experiment.conclude(changed, "quick").checks.find(({ statement }) => statement.includes(part));
const changedBy = (change: (row: Row) => Row) =>
  rows.map((row) => (row.kind === "summary" ? { ...row, ...change(row) } : row));
const n = tiny.profiles[1];

describe("directional-alignment", () => {
  it("holds on what it measures", () => {
    expect(measured.checks.map(({ statement, verdict }) => [statement, verdict])).toEqual(
      measured.checks.map(({ statement }) => [statement, "holds"]),
    );
  });

  it("measures every model class with at least 20 seeds and 50 on paper", () => {
    expect(directionalAlignment.trials("quick").length).toBe(modelClasses.size * 2 * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("fails for isotropic noise of the same size, Σ = (Tr Σ/p)·I", async () => {
    // g(v_k) = Tr Σ/(p·2L·λ_k), and Tr Σ ≈ 2L·Tr G: the mean eigenvalue over λ_k
    const eigenvalues = powerLaw(tiny.dimension, 1).eigenvalues;
    const average = eigenvalues.reduce((total, value) => total + value, 0) / eigenvalues.length;
    const along = (closedForm: number | null) =>
      [...eigenvalues].map((value) => ({
        covariance: average / value,
        secondMoment: average / value,
        closedForm,
      }));
    const wrong = changedBy(({ samples, fullRowRank, meanRatio }) => {
      const eigen = along(meanRatio === null ? null : 1);
      return { ...summary({ eigen, random: eigen }, samples as number), fullRowRank: fullRowRank ?? false };
    });
    const { checks } = experiment.conclude(wrong, "quick");
    expect(overall(checks)).toBe("fails");
    expect(checkOf(wrong, "full row rank")?.verdict).toBe("fails");
    expect(checkOf(wrong, "largest relative deviation")?.verdict).toBe("fails");
    expect(checkOf(wrong, "smallest g(v_k) over all")?.verdict).toBe("fails");
    expect(checkOf(wrong, "lies in [1 − ε, 2 + ε]")?.verdict).toBe("fails");
  });

  it("fails where eigenvectors and closed forms are shuffled", () => {
    const stream = createStream(1);
    const d = tiny.dimension;
    const identity = matrix(d, d);
    for (let k = 0; k < d; k++) identity.data[k * (d + 1)] = 1;
    const delta = Float64Array.from({ length: d }, (_, k) => (k === 0 ? 1 : 0.1));
    const form = populationAlignment(identity, powerLaw(d, 1).eigenvalues, delta, 0, kernels);
    const forms = Array.from({ length: d }, (_, k) => form(identity.data.slice(d * k, d * (k + 1))));
    const directions = (order: readonly number[]) =>
      order.map((k, position) => ({
        covariance: forms[k] * (1 + 0.02 * stream.gaussian()),
        secondMoment: 1,
        closedForm: forms[position],
      }));
    const withOrder = (order: readonly number[]) =>
      changedBy((row) => {
        if (row.meanRatio === null || row.samples !== n) return row;
        const { worstDeviation } = summary({ eigen: directions(order), random: [] }, n);
        return { worstDeviation };
      });
    const order = Array.from({ length: d }, (_, k) => k);
    expect(checkOf(withOrder(order), "largest relative deviation")?.verdict).toBe("holds");
    expect(checkOf(withOrder(order.reverse()), "largest relative deviation")?.verdict).toBe("fails");
  });

  it.each([
    ["over the eigen-directions", "meanRatio", 1.1],
    ["over random directions", "randomRatio", 0.9],
    ["is at least 0.7", "least", 0.6],
    ["is at least 0.5", "least", 0.4],
    ["random directions: mean", "random", 0.5],
    ["[1 − ε, 2 + ε]", "largest", 2.5],
  ])("%s: fails where %s is %d", (part, field, value) => {
    const wrong = changedBy((row) => (row[field] === null ? row : { [field]: value }));
    expect(checkOf(rows, part)?.verdict).toBe("holds");
    expect(checkOf(wrong, part)?.verdict).toBe("fails");
  });

  it("fails where the shortfall does not shrink with n", () => {
    const few = rows.find((row) => row.kind === "summary" && row.samples === tiny.dimension);
    const wrong = changedBy(() => ({ least: few?.least ?? null }));
    expect(checkOf(wrong, "shortfall")?.verdict).toBe("fails");
  });

  it("concludes where K has full row rank nowhere", () => {
    const wrong = changedBy(() => ({ fullRowRank: false }));
    expect(checkOf(wrong, "full row rank")?.verdict).toBe("inconclusive");
  });

  it("draws the spectrum of every model class at both n", () => {
    expect(measured.figures.map(({ panels }) => panels.length)).toEqual([6, 6, 6]);
  });
});

describe("directions in reduced coordinates", () => {
  it.each([...modelClasses.keys()])("of %s have the eigen-directions of the Gram matrix", async (name) => {
    const stream = createStream(7).split(name);
    const samples = 30;
    const inputs = powerLaw(tiny.dimension, 1).sample(samples, stream.split("inputs"));
    const targets = matrix(samples, 1, stream.split("targets").gaussians(new Float64Array(samples)));
    const build = modelClasses.get(name);
    const instance = build?.({ inputs, targets, size: tiny, stream: stream.split("model"), kernels });
    if (!instance) throw new Error(name);
    const theta = instance.model.initialize(stream.split("theta"));
    const point = await pointOf(instance.model.linearize(theta));
    const spectrum = await gaussNewtonSpectrum(point, kernels);
    const expected = directionalAlignments(point, spectrum.vectors).map(defined);
    const { eigen } = await directionsAt(instance, theta, () => null, stream.split("random"), kernels);
    expect(eigen.length).toBe(expected.length);
    for (const [k, { covariance, secondMoment }] of eigen.entries()) {
      expect(Math.abs(covariance - expected[k].covariance)).toBeLessThan(1e-8);
      expect(Math.abs(secondMoment - expected[k].secondMoment)).toBeLessThan(1e-8);
    }
  });

  it("have the closed form 2 along the gradient's own direction, 1 across it", () => {
    const spectrum = powerLaw(3, 1).eigenvalues;
    const identity = matrix(3, 3);
    for (let k = 0; k < 3; k++) identity.data[4 * k] = 1;
    const form = populationAlignment(identity, spectrum, Float64Array.of(0, 2, 0), 0, kernels);
    expect(form(Float64Array.of(0, 1, 0))).toBeCloseTo(2, 14);
    expect(form(Float64Array.of(1, 0, 5))).toBeCloseTo(1, 14);
    const noisy = populationAlignment(identity, spectrum, Float64Array.of(0, 2, 0), Math.SQRT2, kernels);
    expect(noisy(Float64Array.of(0, 1, 0))).toBeCloseTo(1.5, 14);
  });
});
