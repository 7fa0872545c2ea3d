import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  betweenLimits,
  gramDistance,
  momentDistance,
  residualsOnly,
} from "../../src/experiments/decoupling/distance.ts";
import { decoupling, decouplingAt } from "../../src/experiments/decoupling/index.ts";
import { type Sizes, sizes } from "../../src/experiments/decoupling/setting.ts";
import { subjects } from "../../src/experiments/decoupling/tasks.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { decouplingDistance } from "../../src/geometry/decoupling.ts";
import { type Moments, momentAccumulator } from "../../src/geometry/moments.ts";
import { geometryPoint, pointOf } from "../../src/geometry/point.ts";
import { defined } from "../../src/geometry/undefined.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitGeometry } from "../reference/explicitGeometry.ts";
import { asMatrix, gramOf, problems } from "../reference/problems.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  seeds: 20,
  samples: [4, 256, 1024, 8192],
  dimension: 8,
  wide: { dimension: 96, samples: [4, 6] },
  network: { dimension: 8, width: 8, samples: [4, 1024] },
};
const experiment = decouplingAt({ quick: tiny, paper: tiny });

let kernels: Kernels;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  const { table } = await runExperiment(experiment, { kernels, scale: "quick", seed: 5 });
  rows = tableRows(table);
});
afterAll(() => kernels.close());

describe("the distances", () => {
  const scalar = problems({ maxScale: 5 }).filter(({ outputs }) => outputs === 1);

  it("agree with explicit matrices, from K as from moments", () => {
    fc.assert(
      fc.property(scalar, (problem) => {
        const { jacobian, residuals } = problem;
        const { loss, gradient, gaussNewton, covariance } = explicitGeometry(jacobian, residuals, 1);
        const scale = 2 * loss * Math.hypot(...gaussNewton.flat());
        const rest = (keep: number) =>
          covariance.flatMap((line, a) =>
            line.map((value, b) => value - 2 * loss * gaussNewton[a][b] - keep * gradient[a] * gradient[b]),
          );
        const expected = {
          distance: Math.hypot(...rest(0)) / scale,
          remainder: Math.hypot(...rest(1)) / scale,
          gradientShare: gradient.reduce((sum, value) => sum + value * value, 0) / scale,
        };
        const accumulator = momentAccumulator(jacobian[0].length, 1, kernels);
        accumulator.add({ jacobian: asMatrix(problem), residuals });
        const fromGram = gramDistance(geometryPoint(gramOf(jacobian), residuals));
        const fromMoments = momentDistance(accumulator.finish(), kernels);
        for (const [name, value] of Object.entries(expected)) {
          // square roots of cancelling squares: half the digits where the value vanishes
          expect(fromGram[name as keyof typeof expected]).toBeCloseTo(value, 6);
          expect(fromMoments[name as keyof typeof expected]).toBeCloseTo(value, 6);
        }
        expect(fromGram.alignment).toBeCloseTo(fromMoments.alignment, 9);
      }),
    );
  });

  it("are what the residuals alone leave where K is a multiple of I", () => {
    const residuals = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        residuals.filter((values) => values.some((value) => Math.abs(value) > 1e-3)),
        (values) => {
          const n = values.length;
          const gram = matrix(n, n);
          for (let i = 0; i < n; i++) gram.data[i * (n + 1)] = 7;
          const r = Float64Array.from(values);
          const actual = defined(decouplingDistance(geometryPoint(gram, r)));
          expect(residualsOnly(r)).toBeCloseTo(actual, 9);
          expect(residualsOnly(r.map((value) => value * 1e-200))).toBeCloseTo(actual, 9);
        },
      ),
    );
  });

  it("pass from one limit to the other", () => {
    expect(betweenLimits(1.4, 0.2, 50, 0)).toBe(1.4);
    expect(betweenLimits(1.4, 0.2, 50, 1e12)).toBeCloseTo(0.2, 6);
    expect(betweenLimits(3, 1, 7, 7)).toBeCloseTo(Math.sqrt(5), 12);
  });
});

describe("the closed form", () => {
  // with XᵀX/n = S exactly, G, ∇L and L are those of the population
  it.each([...subjects(tiny)].filter(([name]) => name !== "two-layer network"))(
    "is ‖∇L‖²/(2L‖G‖_F) and Tr(G)²/‖G‖_F² on inputs whose covariance is S: %s",
    async (_, { design, task: draw }) => {
      const d = design.dimension;
      const inputs = matrix(d, d);
      for (let k = 0; k < d; k++) inputs.data[k * (d + 1)] = Math.sqrt(d * design.eigenvalues[k]);
      const task = draw(createStream(8), kernels);
      const model = task.model(inputs, task.targets(inputs));
      const theta = model.initialize(createStream(9));
      const point = await pointOf(model.linearize(theta));
      const trace = point.gram.data.filter((_, k) => k % (d + 1) === 0).reduce((sum, value) => sum + value);
      const frobenius = Math.hypot(...point.gram.data);
      const population = task.population?.(theta, 0);
      expect(population?.limit).toBeCloseTo(gramDistance(point).gradientShare, 9);
      expect(population?.effectiveDimension).toBeCloseTo((trace / frobenius) ** 2, 9);
    },
  );

  it("has label noise in L alone", () => {
    const task = subjects(tiny).get("linear, power law 1/k")?.task(createStream(2), kernels);
    const theta = new Float64Array(tiny.dimension).fill(1);
    const [clean, noisy] = [0, 0.5].map((noise) => task?.population?.(theta, noise).limit as number);
    // 1/limit is linear in 2L
    const [, noisier] = [0, Math.SQRT1_2].map((noise) => task?.population?.(theta, noise).limit as number);
    expect(1 / noisier - 1 / clean).toBeCloseTo(2 * (1 / noisy - 1 / clean), 9);
    expect(noisy).toBeLessThan(clean);
  });
});

describe("decoupling", () => {
  const verdicts = (changed: readonly Row[]) =>
    experiment.conclude(changed, "quick").checks.map(({ verdict }) => verdict);
  const checks = {
    limit: 0,
    gone: 1,
    rate: 2,
    residualsAlone: 3,
    aligned: 4,
    apart: 5,
    network: 6,
  } as const;
  const changed = (change: (row: Row) => Row) => rows.map((row) => ({ ...row, ...change(row) }));

  it("holds on what it measures", () => {
    const { checks: found } = experiment.conclude(rows, "quick");
    expect(found.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      found.map(({ statement }) => ["holds", statement]),
    );
  });

  it("measures every model with at least 20 seeds, 50 on paper", () => {
    expect(decoupling.trials("quick").length).toBe(subjects(sizes.quick).size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("fails for isotropic noise of the same size, Σ = (Tr Σ/p)·I", () => {
    const honest = gaussianRows((moments) => moments);
    const isotropic = gaussianRows((moments) => {
      const p = moments.gradient.length;
      const covariance = matrix(p, p);
      const { data } = moments.covariance;
      const trace = data.filter((_, k) => k % (p + 1) === 0).reduce((sum, value) => sum + value);
      for (let k = 0; k < p; k++) covariance.data[k * (p + 1)] = trace / p;
      return { ...moments, covariance };
    });
    const others = rows.filter(({ model }) => model !== "linear, power law 1/k");
    const [right, wrong] = [honest, isotropic].map((own) => verdicts([...others, ...own]));
    for (const index of [checks.limit, checks.gone, checks.rate]) {
      expect(right[index]).toBe("holds");
      expect(wrong[index]).toBe("fails");
    }
    expect(overall(experiment.conclude([...others, ...isotropic], "quick").checks)).toBe("fails");
  });

  it("fails for a rate of n⁰, and for one of n⁻¹", () => {
    expect(verdicts(changed(() => ({ remainder: 0.05 })))[checks.rate]).toBe("fails");
    const fast = changed((row) => ({ remainder: 1 / (row.samples as number) }));
    expect(verdicts(fast)[checks.rate]).toBe("fails");
  });

  it("fails where few samples decouple, or where they do not align", () => {
    const decoupled = verdicts(changed((row) => ({ distance: (row.distance as number) / 10 })));
    expect(decoupled[checks.residualsAlone]).toBe("fails");
    expect(decoupled[checks.apart]).toBe("fails");
    const blind = changed((row) => ({ alignment: (row.alignment as number) / 2 }));
    expect(verdicts(blind)[checks.aligned]).toBe("fails");
  });

  it("fails where the two-layer network's distance grows", () => {
    const growing = changed((row) => (row.limit === null ? { distance: row.samples as number } : {}));
    expect(verdicts(growing)[checks.network]).toBe("fails");
  });

  /** Rows of one linear model at its initialisation, with the noise passed through `noise`. */
  function gaussianRows(noise: (moments: Moments) => Moments): Row[] {
    const name = "linear, power law 1/k";
    const subject = subjects(tiny).get(name);
    if (!subject) throw new Error(`no model ${name}`);
    return Array.from({ length: tiny.seeds }).flatMap((_, seed) =>
      [256, 1024, 8192].map((samples): Row => {
        const stream = createStream(31).split(seed, samples);
        const inputs = subject.design.sample(samples, stream.split("inputs"));
        const task = subject.task(stream.split("teacher"), kernels);
        const model = task.model(inputs, task.targets(inputs));
        const theta = model.initialize(stream.split("theta"));
        const { residuals } = model.linearize(theta);
        const accumulator = momentAccumulator(tiny.dimension, 1, kernels);
        accumulator.add({ jacobian: inputs, residuals });
        return {
          model: name,
          seed,
          samples,
          theta: "initialisation",
          ...momentDistance(noise(accumulator.finish()), kernels),
          residualsOnly: residualsOnly(residuals),
          ...task.population?.(theta, 0),
        };
      }),
    );
  }
});
