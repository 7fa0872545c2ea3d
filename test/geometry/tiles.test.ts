import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defined, isDefined, lossAlignment, pointOf } from "../../src/geometry/index.ts";
import { blockwiseGeometry, tileOfPair } from "../../src/geometry/tiles/blockwise.ts";
import { gatherTiles, type TiledGeometry } from "../../src/geometry/tiles/gatherTiles.ts";
import type { Tile } from "../../src/geometry/tiles/tile.ts";
import { tilePairs } from "../../src/geometry/tiles/tilePairs.ts";
import { whitenedLinearization } from "../../src/models/crossEntropy.ts";
import type { SampledGramLinearization } from "../../src/models/linearization.ts";
import { explicitCrossEntropy } from "../reference/explicitCrossEntropy.ts";
import {
  dot,
  type ExplicitGeometry,
  explicitGeometry,
  explicitLossAlignment,
  frobenius,
  trace,
} from "../reference/explicitGeometry.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { logitLinearization, logitProblems } from "../reference/logitProblems.ts";
import { problems } from "../reference/problems.ts";

const sides = fc.integer({ min: 1, max: 8 });
const close = (value: number, expected: number, scale: number, what: string) =>
  expect(Math.abs(value - expected), `${what}: ${value} instead of ${expected}`).toBeLessThanOrEqual(
    1e-12 * scale,
  );

function expectGeometry({ summary, lossAlignment }: TiledGeometry, g: ExplicitGeometry) {
  const reach = trace(g.secondMoment);
  close(summary.loss, g.loss, g.loss, "L");
  close(summary.gaussNewtonFrobenius, frobenius(g.gaussNewton), frobenius(g.gaussNewton), "‖G‖_F");
  close(summary.gaussNewtonTrace, trace(g.gaussNewton), trace(g.gaussNewton), "Tr G");
  close(summary.noiseTrace, trace(g.covariance), reach, "Tr Σ");
  close(summary.gradientNormSquared, dot(g.gradient, g.gradient), reach, "‖∇L‖²");
  if (g.loss === 0) return;
  const expected = explicitLossAlignment(g);
  const unit = reach / (2 * g.loss * frobenius(g.gaussNewton));
  close(defined(lossAlignment).covariance, expected.covariance, unit, "μ");
  close(defined(lossAlignment).secondMoment, expected.secondMoment, unit, "μ₁");
}

describe("all tiles together are the explicit matrices", () => {
  test("for the square loss, whatever the size of the tiles", async () => {
    await fc.assert(
      fc.asyncProperty(problems(), sides, async (problem, side) => {
        const { jacobian, residuals, outputs } = problem;
        const tiled = await blockwiseGeometry(jacobianLinearization(problem), side);
        expectGeometry(tiled, explicitGeometry(jacobian, residuals, outputs));
      }),
    );
  });

  test("for cross-entropy, confident classes with it", async () => {
    await fc.assert(
      fc.asyncProperty(logitProblems(), sides, async (problem, side) => {
        const { jacobian, logits, targets } = problem;
        const whitened = whitenedLinearization(
          logitLinearization(problem),
          Float64Array.from(targets.flat()),
        );
        const g = explicitCrossEntropy(jacobian, logits, targets);
        const tiled = await blockwiseGeometry(whitened, side);
        // what p − y and J have before their products cancel
        const reach = targets.reduce((total, y, i) => {
          const own = y.map((value, c) => {
            const row = jacobian[i * y.length + c];
            return Math.abs(g.probabilities[i][c] - value) * Math.sqrt(dot(row, row));
          });
          return total + own.reduce((sum, length) => sum + length, 0) ** 2 / targets.length;
        }, 0);
        expect(tiled.summary.loss / g.loss).toBeCloseTo(1, 11);
        close(tiled.summary.noiseTrace, trace(g.covariance), reach, "Tr Σ");
        close(tiled.summary.gradientNormSquared, dot(g.gradient, g.gradient), reach, "‖∇L‖²");
        // K̃ is as exact as the linearization makes it: that of the point as a whole
        const whole = lossAlignment(await pointOf(whitened));
        expect(isDefined(tiled.lossAlignment)).toBe(isDefined(whole));
        if (!isDefined(whole) || !isDefined(tiled.lossAlignment)) return;
        close(tiled.lossAlignment.covariance, whole.covariance, whole.secondMoment, "μ");
        close(tiled.lossAlignment.secondMoment, whole.secondMoment, whole.secondMoment, "μ₁");
      }),
    );
  });

  test("with entries whose fourth powers leave float64", async () => {
    await fc.assert(
      fc.asyncProperty(problems({ maxScale: 60 }), sides, async (problem, side) => {
        const linearization = jacobianLinearization(problem);
        const whole = defined(lossAlignment(await pointOf(linearization)));
        const tiled = defined((await blockwiseGeometry(linearization, side)).lossAlignment);
        close(tiled.covariance, whole.covariance, whole.secondMoment, "μ");
        close(tiled.secondMoment, whole.secondMoment, whole.secondMoment, "μ₁");
      }),
    );
  });

  test("with samples of very different sizes in different tiles", async () => {
    const jacobian = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 4 }, (_, k) => Math.sin(1 + i * 5 + k * k) * 1e40 ** ((i % 3) - 1)),
    );
    const residuals = Float64Array.from({ length: 6 }, (_, i) => Math.cos(i) * 1e30 ** (i % 2));
    const linearization = jacobianLinearization({ jacobian, residuals, outputs: 1 });
    const whole = defined(lossAlignment(await pointOf(linearization)));
    for (const side of [1, 2, 4]) {
      const tiled = defined((await blockwiseGeometry(linearization, side)).lossAlignment);
      close(tiled.covariance, whole.covariance, whole.covariance, "μ");
    }
  });

  test("equal gradients make no noise, without a remainder of the squares", async () => {
    const row = [0.3, -1.7, 0.9];
    const problem = { jacobian: Array(7).fill(row), residuals: new Float64Array(7).fill(0.1), outputs: 1 };
    const tiled = await blockwiseGeometry(jacobianLinearization(problem), 2);
    expect(defined(tiled.lossAlignment).covariance).toBeLessThan(1e-30);
    expect(defined(tiled.lossAlignment).secondMoment).toBeCloseTo(1, 12);
  });
});

describe("undefined", () => {
  const of = (jacobian: number[][], residuals: number[]) =>
    blockwiseGeometry(
      jacobianLinearization({ jacobian, residuals: Float64Array.from(residuals), outputs: 1 }),
      1,
    );
  test("without a loss, and without a Gauss–Newton matrix, with the reason", async () => {
    expect((await of([[1], [2]], [0, 0])).lossAlignment).toEqual({
      undefined: "the loss is zero: every residual is 0",
    });
    expect((await of([[0], [0]], [1, 1])).lossAlignment).toEqual({
      undefined: "the Gauss–Newton matrix is zero: every Jacobian entry is 0",
    });
  });
  test("not where a number is not finite: that is refused", async () => {
    await expect(of([[1], [Number.NaN]], [1, 1])).rejects.toThrow(
      "Gram matrix: expected finite numbers, got NaN",
    );
  });
});

/** Every tile, sent as text. */
async function sent(linearization: SampledGramLinearization, side: number): Promise<Tile[]> {
  const tiles: Tile[] = [];
  for (const pair of tilePairs(linearization.samples, side)) {
    tiles.push(JSON.parse(JSON.stringify(await tileOfPair(linearization, pair))));
  }
  return tiles;
}

describe("tiles that are sent", () => {
  test("come to the same bits as those that are not; one missing is noticed", async () => {
    await fc.assert(
      fc.asyncProperty(problems(), sides, async (problem, side) => {
        const linearization = jacobianLinearization(problem);
        const { samples, outputs } = linearization;
        const tiles = await sent(linearization, side);
        const gathering = gatherTiles(samples, outputs, "mse");
        for (const tile of tiles) gathering.add(tile);
        expect(gathering.finish()).toEqual(await blockwiseGeometry(linearization, side));

        const incomplete = gatherTiles(samples, outputs, "mse");
        for (const tile of tiles.slice(1)) incomplete.add(tile);
        expect(() => incomplete.finish()).toThrow(`expected those of all ${samples ** 2} pairs`);
      }),
      { numRuns: 50 },
    );
  });
});
