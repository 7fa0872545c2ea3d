import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeNpy, fromBytes, openNpy } from "../../src/data/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { entry } from "../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../src/linalg/plainVectorMath.ts";
import { jacobianFile } from "../../src/models/jacobianFile.ts";
import type { SampledGramLinearization } from "../../src/models/linearization.ts";
import { buildArchitecture } from "../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../src/models/network/architectures/schema.ts";
import { parameterCount } from "../../src/models/network/graph.ts";
import { crossEntropyLoss, squareLoss } from "../../src/models/network/losses.ts";
import { networkModel } from "../../src/models/network/network.ts";
import { createStream } from "../../src/random/index.ts";
import { problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

/** gramOf and gramBetween agree with the rows and columns of the whole matrix, repeats, any order, one sample and more than there are. */
async function expectBlocks(linearization: SampledGramLinearization, tolerance: number): Promise<void> {
  const { samples, outputs } = linearization;
  const whole = await linearization.gram();
  const largest = whole.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const orders = [
    [samples - 1],
    [samples - 1, 0, 0],
    Array.from({ length: samples + 2 }, (_, k) => (k * 2) % samples),
  ];
  for (const order of orders) {
    const block = await linearization.gramOf(Int32Array.from(order));
    expect([block.rows, block.columns]).toEqual([order.length * outputs, order.length * outputs]);
    for (let a = 0; a < block.rows; a++) {
      for (let b = 0; b < block.rows; b++) {
        const at = (row: number) => order[Math.floor(row / outputs)] * outputs + (row % outputs);
        const expected = entry(whole, at(a), at(b));
        expect(Math.abs(entry(block, a, b) - expected)).toBeLessThanOrEqual(tolerance * largest);
      }
    }
  }
  for (const [rows, columns] of [
    [orders[2], orders[1]],
    [orders[0], orders[2]],
  ]) {
    const between = await linearization.gramBetween(Int32Array.from(rows), Int32Array.from(columns));
    expect([between.rows, between.columns]).toEqual([rows.length * outputs, columns.length * outputs]);
    for (let a = 0; a < between.rows; a++) {
      for (let b = 0; b < between.columns; b++) {
        const at = (order: number[], row: number) =>
          order[Math.floor(row / outputs)] * outputs + (row % outputs);
        const expected = entry(whole, at(rows, a), at(columns, b));
        expect(Math.abs(entry(between, a, b) - expected)).toBeLessThanOrEqual(tolerance * largest);
      }
    }
  }
  // and the whole is not disturbed by them
  expect((await linearization.gram()).data).toEqual(whole.data);
}

test("of a Jacobian in a file", async () => {
  await fc.assert(
    fc.asyncProperty(problems(), async ({ jacobian, residuals, outputs }) => {
      const [n, p] = [residuals.length / outputs, jacobian[0].length];
      const npy = (data: Float64Array, shape: number[], name: string) =>
        openNpy(fromBytes(encodeNpy(data, shape), name));
      const file = await jacobianFile({
        jacobian: await npy(Float64Array.from(jacobian.flat()), [n, outputs, p], "J.npy"),
        residuals: await npy(residuals, [n, outputs], "r.npy"),
        kernels,
      });
      await expectBlocks(file, 1e-14);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ["lenet", squareLoss],
  ["lenet", crossEntropyLoss],
  ["fnn", crossEntropyLoss],
])("of a network: %s", async (name, loss) => {
  const [samples, outputs] = [7, 3];
  const graph = buildArchitecture(readArchitecture({ name }), [1, 12, 12], outputs);
  const draws = createStream(4);
  const targets = new Float64Array(samples * outputs);
  for (let i = 0; i < samples; i++) targets[i * outputs + (i % outputs)] = 1;
  const theta = draws.gaussians(new Float64Array(parameterCount(graph)), 0.1);
  // room for one or two samples at a time, so that selections take several chunks
  for (const memoryLimit of [2 ** 18, 2 ** 27]) {
    const model = networkModel({
      graph,
      inputs: createStream(5).gaussians(new Float64Array(samples * 144)),
      targets,
      loss,
      initialize: () => theta,
      kernels,
      math: plainVectorMath,
      memoryLimit,
    });
    await expectBlocks(model.linearize(theta), 1e-12);
    model.release();
  }
});
