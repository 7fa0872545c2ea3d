/** Do 95 % intervals hold the exact value in 95 % of repetitions? On problems small enough to know it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { estimateGeometry } from "../../src/geometry/estimate/estimateGeometry.ts";
import { defined, lossAlignment, noiseSummary, pointOf } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../src/linalg/plainVectorMath.ts";
import { linearModel } from "../../src/models/linear.ts";
import type { Linearization, SampledGramLinearization } from "../../src/models/linearization.ts";
import { buildArchitecture } from "../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../src/models/network/architectures/schema.ts";
import { crossEntropyLoss, type Loss, squareLoss } from "../../src/models/network/losses.ts";
import { networkModel } from "../../src/models/network/network.ts";
import { createStream, type RandomStream } from "../../src/random/index.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const repetitions = 1000;

/** Student's t with so many degrees of freedom; Gaussian where left out. */
function noise(stream: RandomStream, freedom?: number): number {
  if (freedom === undefined) return stream.gaussian();
  let squares = 0;
  for (let k = 0; k < freedom; k++) squares += stream.gaussian() ** 2;
  return stream.gaussian() / Math.sqrt(squares / freedom);
}

/** Gaussian inputs with a spectrum and a common mean; the targets' noise may have heavy tails. */
function linear(n: number, d: number, freedom?: number): Linearization {
  const stream = createStream(11).split(n, d);
  const inputs = matrix(n, d);
  for (let k = 0; k < n * d; k++) inputs.data[k] = stream.gaussian() / Math.sqrt((k % d) + 1);
  for (let i = 0; i < n; i++) inputs.data[i * d] += 1;
  const targets = matrix(
    n,
    1,
    Float64Array.from({ length: n }, () => noise(stream, freedom)),
  );
  return linearModel({ inputs, targets, kernels }).linearize(new Float64Array(d));
}

/** A small tanh network at random weights. */
function network(n: number, outputs: number, loss: Loss, freedom?: number): Linearization {
  const stream = createStream(12).split(n, outputs);
  const graph = buildArchitecture(
    readArchitecture({ name: "fnn", hidden: [8, 8], activation: "tanh" }),
    [6],
    outputs,
  );
  const inputs = stream.gaussians(new Float64Array(n * 6));
  const targets = new Float64Array(n * outputs);
  for (let i = 0; i < n; i++) {
    if (loss.kind === "cross-entropy") targets[i * outputs + stream.integer(outputs)] = 1;
    else for (let c = 0; c < outputs; c++) targets[i * outputs + c] = noise(stream, freedom);
  }
  const model = networkModel({
    graph,
    inputs,
    targets,
    loss,
    initialize: () => new Float64Array(0),
    kernels,
    math: plainVectorMath,
  });
  return model.linearize(stream.gaussians(new Float64Array(model.parameters), 0.5));
}

/** The same, its blocks taken from one Gram matrix and its two sweeps remembered: a thousand repetitions ask for the same ones. */
async function remembered(linearization: Linearization): Promise<SampledGramLinearization> {
  const { outputs } = linearization;
  const gram = await linearization.gram();
  let pulled: Promise<Float64Array> | undefined;
  let pushed: Promise<Float64Array> | undefined;
  return {
    ...linearization,
    vjp(weights) {
      pulled ??= Promise.resolve(linearization.vjp(weights));
      return pulled;
    },
    jvp(direction) {
      pushed ??= Promise.resolve(linearization.jvp(direction));
      return pushed;
    },
    gramOf: (samples) => between(samples, samples),
    gramBetween: between,
  };

  function between(rows: Int32Array, columns: Int32Array) {
    const block = matrix(rows.length * outputs, columns.length * outputs);
    for (let a = 0; a < block.rows; a++) {
      const row = (rows[Math.floor(a / outputs)] * outputs + (a % outputs)) * gram.rowStride + gram.offset;
      for (let b = 0; b < block.columns; b++) {
        block.data[a * block.columns + b] =
          gram.data[row + columns[Math.floor(b / outputs)] * outputs + (b % outputs)];
      }
    }
    return block;
  }
}

const cases: [name: string, pairs: number, make: () => Linearization][] = [
  ["linear model, n = 120", 5000, () => linear(120, 20)],
  ["linear model, n = 200", 5000, () => linear(200, 20)],
  ["linear model, p > n = 150", 5000, () => linear(150, 400)],
  ["residuals of t₃, n = 500", 10_000, () => linear(500, 30, 3)],
  ["tanh network, n = 300", 5000, () => network(300, 1, squareLoss)],
  ["tanh network, C = 3, residuals of t₃, n = 250", 5000, () => network(250, 3, squareLoss, 3)],
  ["tanh network, C = 3, cross-entropy, n = 200", 5000, () => network(200, 3, crossEntropyLoss)],
];

test.each(cases)(
  "the exact value lies in 93 to 97 of 100 intervals, 1,000 repetitions: %s, %i pairs",
  async (_, pairs, make) => {
    const linearization = await remembered(make());
    const point = await pointOf(linearization);
    const { gaussNewtonFrobenius, gaussNewtonTrace, noiseTrace } = noiseSummary(point);
    const { covariance, secondMoment } = defined(lossAlignment(point));
    const exact = { covariance, secondMoment, gaussNewtonFrobenius, gaussNewtonTrace, noiseTrace };
    const held = Object.fromEntries(Object.keys(exact).map((name) => [name, 0]));
    for (let k = 0; k < repetitions; k++) {
      const estimate = await estimateGeometry(linearization, { kernels, stream: createStream(k), pairs });
      const estimates = { ...estimate, ...defined(estimate.lossAlignment) };
      for (const [name, value] of Object.entries(exact)) {
        const { low, high } = estimates[name as keyof typeof exact].interval;
        if (low <= value && value <= high) held[name]++;
      }
    }
    for (const [name, count] of Object.entries(held)) {
      expect(count / repetitions, name).toBeGreaterThanOrEqual(0.93);
      expect(count / repetitions, name).toBeLessThanOrEqual(0.97);
    }
  },
);
