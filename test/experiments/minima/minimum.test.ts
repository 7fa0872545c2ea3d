import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interpolate } from "../../../src/experiments/minima/interpolate.ts";
import type { Minimum } from "../../../src/experiments/minima/minimum.ts";
import { descend, pairedRun } from "../../../src/experiments/minima/pairedRun.ts";
import { quadraticForm } from "../../../src/experiments/minima/quadraticForm.ts";
import { startNear } from "../../../src/experiments/minima/startNear.ts";
import { trainedNetwork } from "../../../src/experiments/minima/trainedNetwork.ts";
import { fromRows, type Kernels, matrix, openKernels, plainVectorMath } from "../../../src/linalg/index.ts";
import { linearModel, readArchitecture } from "../../../src/models/index.ts";
import { meanLoss } from "../../../src/models/samples.ts";
import { createStream } from "../../../src/random/index.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
});
afterAll(() => kernels.close());

async function network(seed: number, { samples, outputs }: { samples: number; outputs: number }) {
  const stream = createStream(seed);
  return trainedNetwork(
    {
      architecture: readArchitecture({
        name: "fnn",
        hidden: [10],
        activation: "tanh",
        initialisation: "xavier",
      }),
      inputShape: [4],
      inputs: stream.split("inputs").gaussians(new Float64Array(4 * samples)),
      targets: stream.split("targets").gaussians(new Float64Array(outputs * samples)),
      outputs,
    },
    { kernels, math: plainVectorMath, stream },
  );
}

const lossOf = ({ model }: Minimum, theta: Float64Array) =>
  meanLoss(model.linearize(theta).residuals, model.samples);

describe("a minimum", () => {
  it("has no residuals, an orthonormal basis, and the loss ½ Σ λ_k w_k² nearby", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 2 }),
        async (seed, samples, outputs) => {
          const minimum = await network(seed, { samples, outputs });
          const { problem, theta, displaced, coordinates } = minimum;
          expect(lossOf(minimum, theta)).toBeLessThanOrEqual(1e-24);
          const w = startNear(problem, 1e-8, createStream(seed).split("start"));
          const back = coordinates(displaced(w));
          const length = Math.hypot(...w);
          for (const [k, value] of w.entries()) expect(Math.abs(back[k] - value)).toBeLessThan(1e-9 * length);
          // as long in θ as in w
          const moved = Math.hypot(...displaced(w).map((value, k) => value - theta[k]));
          expect(moved / length).toBeCloseTo(1, 6);
          const quadratic = w.reduce((sum, value, k) => sum + (problem.eigenvalues[k] * value ** 2) / 2, 0);
          expect(Math.abs(lossOf(minimum, displaced(w)) / quadratic - 1)).toBeLessThan(0.02);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is left by the network as by the linearised problem, up to terms of second order", async () => {
    const minimum = await network(3, { samples: 6, outputs: 2 });
    const distances = [1e-8, 1e-12].map((loss) => {
      const run = pairedRun(minimum, minimum.model.trainer(minimum.theta, 2), {
        batchSize: 2,
        replacement: true,
        learningRate: 0.3 / minimum.problem.eigenvalues[0],
        start: startNear(minimum.problem, loss, createStream(4)),
        stream: createStream(5),
        descend,
      });
      const first = run.next().value;
      for (let step = 0; step < 10; step++) run.next();
      const { network: own, linearised } = run.next().value;
      expect(Math.hypot(...own)).toBeLessThan(Math.hypot(...first.network));
      return Math.hypot(...own.map((value, k) => value - linearised[k])) / Math.hypot(...linearised);
    });
    expect(distances[0]).toBeLessThan(1e-2);
    // ‖w‖ is a hundredth
    expect(distances[1] / distances[0]).toBeGreaterThan(0.003);
    expect(distances[1] / distances[0]).toBeLessThan(0.03);
  });
});

it("starts at an expected loss", async () => {
  const { problem } = await network(1, { samples: 5, outputs: 1 });
  const losses = Array.from({ length: 4000 }, (_, k) =>
    startNear(problem, 1e-6, createStream(2).split(k)).reduce(
      (sum, value, j) => sum + (problem.eigenvalues[j] * value ** 2) / 2,
      0,
    ),
  );
  expect(losses.reduce((sum, loss) => sum + loss / losses.length, 0) / 1e-6).toBeCloseTo(1, 1);
});

it("says where targets cannot be fitted", async () => {
  const inputs = fromRows([[1], [1]]);
  const model = linearModel({ inputs, targets: fromRows([[0], [1]]), kernels });
  await expect(interpolate(model, new Float64Array(1), kernels)).rejects.toThrow(
    "interpolate: expected a loss of 1e-24",
  );
});

it("wᵀMw", () => {
  expect(quadraticForm(matrix(2, 2, Float64Array.of(1, 2, 2, 5)), Float64Array.of(3, -1))).toBe(2);
});
