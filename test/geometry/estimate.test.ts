import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alignmentsAlong } from "../../src/geometry/estimate/alongDirections.ts";
import { blockGrams } from "../../src/geometry/estimate/blockGrams.ts";
import { lossDraws } from "../../src/geometry/estimate/draws.ts";
import { estimateGeometry } from "../../src/geometry/estimate/estimateGeometry.ts";
import { knownPart } from "../../src/geometry/estimate/knownPart.ts";
import { type PairSums, pairSums } from "../../src/geometry/estimate/pairSums.ts";
import { exactPart } from "../../src/geometry/estimate/sweeps.ts";
import { gaussNewtonSpectrum, isDefined, pointOf } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";
import {
  dot,
  type ExplicitGeometry,
  explicitDirectionalAlignment,
  explicitGeometry,
  explicitLossAlignment,
  frobenius,
  type Rows,
  trace,
} from "../reference/explicitGeometry.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { type Problem, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const stream = () => createStream(3);
const close = (value: number, expected: number, scale: number, what: string) =>
  expect(Math.abs(value - expected), `${what}: ${value} instead of ${expected}`).toBeLessThanOrEqual(
    1e-12 * scale,
  );

const explicit = ({ jacobian, residuals, outputs }: Problem) =>
  explicitGeometry(jacobian, residuals, outputs);

/** Tr(AB) of symmetric matrices. */
const product = (a: Rows, b: Rows) => a.reduce((sum, row, i) => sum + dot(row, b[i]), 0);

const sums = (g: ExplicitGeometry): PairSums => ({
  frobeniusSquared: frobenius(g.gaussNewton) ** 2,
  alignedTrace: product(g.covariance, g.gaussNewton),
  trace: trace(g.gaussNewton),
  noiseTrace: trace(g.covariance),
});

/** What the sums are sums of squares of: what rounding can cancel against. */
const sizes = (g: ExplicitGeometry): PairSums => ({
  ...sums(g),
  alignedTrace: product(g.secondMoment, g.gaussNewton),
  noiseTrace: trace(g.secondMoment),
});

describe("with all pairs", () => {
  test("every number is that of the explicit matrices, without an error", async () => {
    await fc.assert(
      fc.asyncProperty(problems(), async (problem) => {
        const g = explicit(problem);
        const whole = await estimateGeometry(jacobianLinearization(problem), {
          kernels,
          stream: stream(),
          pairs: 1e9,
        });
        const [expected, size] = [sums(g), sizes(g)];
        expect(whole.sampling).toMatchObject({ exact: true, samplesUsed: whole.samples });
        close(whole.loss, g.loss, g.loss, "L");
        const gradient = dot(g.gradient, g.gradient);
        close(whole.gradientNormSquared, gradient, size.noiseTrace, "‖∇L‖²");
        const root = Math.sqrt(expected.frobeniusSquared);
        close(whole.gaussNewtonFrobenius.value, root, root, "‖G‖_F");
        close(whole.gaussNewtonTrace.value, expected.trace, size.trace, "Tr G");
        close(whole.noiseTrace.value, expected.noiseTrace, size.noiseTrace, "Tr Σ");
        expect(whole.noiseTrace.interval).toEqual({
          low: whole.noiseTrace.value,
          high: whole.noiseTrace.value,
        });
        if (!isDefined(whole.lossAlignment)) throw new Error(whole.lossAlignment.undefined);
        const { covariance, secondMoment } = explicitLossAlignment(g);
        close(whole.lossAlignment.covariance.value, covariance, secondMoment, "μ");
        close(whole.lossAlignment.secondMoment.value, secondMoment, secondMoment, "μ₁");
        expect(whole.lossAlignment.covariance.standardError).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("tile by tile they are those of one tile", async () => {
    const problem = randomProblem(150, 20, 3, 5);
    const g = explicit(problem);
    const whole = await estimateGeometry(jacobianLinearization(problem), {
      kernels,
      stream: stream(),
      pairs: 11_325,
    });
    expect(whole.sampling).toMatchObject({ exact: true, pairs: 11_325 });
    close(whole.gaussNewtonFrobenius.value, frobenius(g.gaussNewton), frobenius(g.gaussNewton), "‖G‖_F");
    if (!isDefined(whole.lossAlignment)) throw new Error(whole.lossAlignment.undefined);
    const { covariance } = explicitLossAlignment(g);
    close(whole.lossAlignment.covariance.value, covariance, covariance, "μ");
  });

  test("zero loss and a zero Jacobian are undefined, with the reason", async () => {
    const at = (jacobian: number[][], residuals: number[]) =>
      estimateGeometry(
        jacobianLinearization({ outputs: 1, jacobian, residuals: Float64Array.from(residuals) }),
        { kernels, stream: stream(), pairs: 3, top: 1 },
      );
    expect((await at([[1], [2]], [0, 0])).lossAlignment).toMatchObject({
      undefined: expect.stringContaining("loss is zero"),
    });
    const flat = await at([[0], [0]], [1, 2]);
    expect(flat.lossAlignment).toMatchObject({
      undefined: expect.stringContaining("Gauss–Newton matrix is zero"),
    });
    expect(flat.eigenDirections.eigenvalues).toHaveLength(0);
  });
});

describe("estimates from two draws", () => {
  /** Mean of the sums over all pairs of draws, each with its probability. */
  async function expectation(problem: Problem, directions: number): Promise<PairSums> {
    const linearization = jacobianLinearization(problem);
    const { samples: n, parameters } = linearization;
    const exact = await exactPart(linearization);
    const grams = await blockGrams(
      linearization,
      exact,
      Int32Array.from({ length: n }, (_, i) => i),
    );
    const images = matrix(n * problem.outputs, directions);
    for (let k = 0; k < directions; k++) {
      const direction = Float64Array.from({ length: parameters }, (_, a) => Math.cos(a * (k + 1) + k));
      const image = await linearization.jvp(direction);
      for (const [row, value] of image.entries()) images.data[row * directions + k] = value;
    }
    const known = directions > 0 ? knownPart(images, exact, grams.gramScale, kernels) : undefined;
    const weights = await weightsOf(problem);
    const total = { frobeniusSquared: 0, alignedTrace: 0, trace: 0, noiseTrace: 0 };
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const samples = Int32Array.of(i, j);
        const block = { ...(await grams.of(samples)), weights: Float64Array.of(weights[i], weights[j]) };
        const whole = pairSums(block, n);
        const part = known && pairSums({ ...block, gram: known.gramOf(samples) }, n);
        const probability = 1 / (n * weights[i] * n * weights[j]);
        for (const name of Object.keys(total) as (keyof PairSums)[]) {
          total[name] += probability * (whole[name] - (part ? part[name] - known.sums[name] : 0));
        }
      }
    }
    const { gramScale } = grams;
    const { residualScale } = exact.point;
    return {
      frobeniusSquared: total.frobeniusSquared * gramScale ** 2,
      alignedTrace: total.alignedTrace * (gramScale * residualScale) ** 2,
      trace: total.trace * gramScale,
      noiseTrace: total.noiseTrace * gramScale * residualScale ** 2,
    };
  }

  /** 1/(nπ_i) of each sample, as the draws give it. */
  async function weightsOf({ residuals, outputs }: Problem): Promise<number[]> {
    const samples = residuals.length / outputs;
    const draw = lossDraws({ samples, outputs, residuals });
    const weights: number[] = [];
    const draws = draw(20_000, stream());
    for (const [k, sample] of draws.samples.entries()) weights[sample] = draws.weights[k];
    expect(weights.filter(() => true)).toHaveLength(samples);
    return weights;
  }

  test.each([0, 2])("have the exact sums as their mean, with %i known directions", async (directions) => {
    await fc.assert(
      fc.asyncProperty(problems({ maxScale: 20 }), async (problem) => {
        const [mean, expected, size] = [
          await expectation(problem, directions),
          sums(explicit(problem)),
          sizes(explicit(problem)),
        ];
        // directions that are no unit vectors are known to be more than all of K
        const slack = directions > 0 ? 1e4 : 1;
        for (const name of Object.keys(mean) as (keyof PairSums)[]) {
          close(mean[name], expected[name], slack * size[name], name);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("are drawn in proportion: half by loss, half alike", () => {
    const residuals = Float64Array.of(3, 0, 1, 0);
    const draws = lossDraws({ samples: 4, outputs: 1, residuals })(100_000, stream());
    const counts = [0, 0, 0, 0];
    for (const sample of draws.samples) counts[sample]++;
    for (const [i, share] of [0.9, 0, 0.1, 0].entries()) {
      const probability = (0.25 + share) / 2;
      const deviation = Math.sqrt(100_000 * probability * (1 - probability));
      expect(Math.abs(counts[i] - 100_000 * probability)).toBeLessThan(4 * deviation);
    }
  });
});

test("along any directions g is that of the explicit matrices", async () => {
  await fc.assert(
    fc.asyncProperty(problems({ maxScale: 20 }), fc.nat(), async (problem, seed) => {
      const g = explicit(problem);
      const draws = createStream(seed);
      const directions = [0, 1].map(() => draws.gaussians(new Float64Array(problem.jacobian[0].length)));
      const found = await alignmentsAlong(jacobianLinearization(problem), directions);
      for (const [k, alignment] of found.entries()) {
        if (!isDefined(alignment)) throw new Error(alignment.undefined);
        const expected = explicitDirectionalAlignment(g, directions[k]);
        close(alignment.secondMoment, expected.secondMoment, 1e2 * expected.secondMoment, "g₁");
        close(alignment.covariance, expected.covariance, 1e2 * expected.secondMoment, "g");
      }
    }),
    { numRuns: 200 },
  );
});

describe("sampled", () => {
  test("equal seeds give equal bits, others other numbers near the exact one", async () => {
    const problem = randomProblem(400, 25, 1, 8);
    const at = (seed: number, top = 0) =>
      estimateGeometry(jacobianLinearization(problem), {
        kernels,
        stream: createStream(seed),
        pairs: 20_000,
        top,
      });
    const [one, again, other] = [await at(1), await at(1), await at(2)];
    expect(again).toEqual(one);
    expect(other.gaussNewtonTrace.value).not.toBe(one.gaussNewtonTrace.value);
    expect(one.sampling).toMatchObject({ blocks: 67, blockSamples: 25, pairs: 20_100, exact: false });
    expect(one.sampling.samplesUsed).toBeLessThanOrEqual(400);
    const exact = trace(explicit(problem).gaussNewton);
    expect(Math.abs(one.gaussNewtonTrace.value - exact)).toBeLessThan(5 * one.gaussNewtonTrace.standardError);
  });

  test("eigen-directions are those of K, g along them exact, and what they carry is not sampled", async () => {
    const problem = randomProblem(400, 25, 1, 8);
    const linearization = jacobianLinearization(problem);
    const options = { kernels, stream: createStream(1), pairs: 20_000 };
    const fractions: number[] = [];
    const whole = await estimateGeometry(linearization, {
      ...options,
      top: 3,
      onDirections: (fraction) => void fractions.push(fraction),
    });
    expect(fractions.length).toBeGreaterThan(3);
    expect(fractions).toEqual(fractions.slice().sort((a, b) => a - b));
    const spectrum = await gaussNewtonSpectrum(await pointOf(linearization), kernels);
    const { eigenvalues, residuals, alignments } = whole.eigenDirections;
    expect(eigenvalues).toHaveLength(3);
    for (const [k, value] of eigenvalues.entries()) {
      expect(residuals[k]).toBeLessThanOrEqual(1e-4 * eigenvalues[0]);
      expect(Math.abs(value - spectrum.eigenvalues[k])).toBeLessThanOrEqual(1e-6 * value);
      const v = await linearization.vjp(
        Float64Array.from(
          { length: 400 },
          (_, i) =>
            spectrum.vectors.data[
              spectrum.vectors.offset + i * spectrum.vectors.rowStride + k * spectrum.vectors.columnStride
            ],
        ),
      );
      const expected = explicitDirectionalAlignment(explicit(problem), v);
      const found = alignments[k];
      if (!isDefined(found)) throw new Error(found.undefined);
      expect(found.covariance / expected.covariance).toBeCloseTo(1, 2);
    }
    const without = await estimateGeometry(linearization, options);
    expect(whole.gaussNewtonFrobenius.standardError).toBeLessThan(
      0.7 * without.gaussNewtonFrobenius.standardError,
    );
  });

  test("fewer pairs than intervals need are refused; an abort is noticed", async () => {
    const linearization = jacobianLinearization(randomProblem(400, 25, 1, 8));
    await expect(estimateGeometry(linearization, { kernels, stream: stream(), pairs: 4999 })).rejects.toThrow(
      /expected at least 5000 for 400 samples, got 4999/,
    );
    await expect(
      estimateGeometry(linearization, {
        kernels,
        stream: stream(),
        pairs: 5000,
        signal: AbortSignal.abort(new Error("enough")),
      }),
    ).rejects.toThrow("enough");
  });
});

test("tiles and residuals that do not fit are refused", async () => {
  const linearization = jacobianLinearization(randomProblem(400, 5, 1, 8));
  const options = { kernels, stream: stream(), pairs: 5000 };
  for (const side of [0, -1, 1.5, Number.NaN]) {
    await expect(estimateGeometry(linearization, { ...options, pairs: 1e9, side })).rejects.toThrow(
      "side: expected a whole number of at least 1",
    );
  }
  const short = { ...linearization, residuals: new Float64Array(399) };
  await expect(estimateGeometry(short, options)).rejects.toThrow(
    "400 samples × 1 outputs, at least one, got",
  );
  const infinite = { ...linearization, residuals: new Float64Array(400).fill(Infinity) };
  await expect(alignmentsAlong(infinite, [new Float64Array(5).fill(1)])).rejects.toThrow(
    "residuals: expected finite",
  );
});

/** Gaussian rows with a spectrum k^−½, Gaussian residuals. */
function randomProblem(samples: number, parameters: number, outputs: number, seed: number): Problem {
  const draws = createStream(seed);
  const jacobian = Array.from({ length: samples * outputs }, () =>
    Array.from({ length: parameters }, (_, k) => draws.gaussian() / Math.sqrt(k + 1)),
  );
  return { outputs, jacobian, residuals: draws.gaussians(new Float64Array(samples * outputs)) };
}
