import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readAll } from "../../../src/data/arraySource.ts";
import { fromBytes } from "../../../src/data/byteSource.ts";
import { oneHot } from "../../../src/data/dataset/targets.ts";
import { openNpz } from "../../../src/data/npz.ts";
import { type Measurement, measure } from "../../../src/geometry/measure.ts";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import { openVectorMath } from "../../../src/linalg/kernels/openVectorMath.ts";
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import { lanczos } from "../../../src/linalg/lanczos.ts";
import type { VectorMath } from "../../../src/linalg/vectorMath.ts";
import { crossEntropyLoss, type Loss, squareLoss } from "../../../src/models/network/losses.ts";
import { type NetworkModel, networkModel } from "../../../src/models/network/network.ts";
import { readOnnx } from "../../../src/models/onnx/readOnnx.ts";
import { createStream } from "../../../src/random/index.ts";
import { expectClose, unit } from "../laws.ts";

/** What PyTorch computed for the networks of test/fixtures/networks (make.py says what is in them). */
const folder = fileURLToPath(new URL("../../fixtures/networks/", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));
const networkOf = (file: string) => file.split("-")[0];
/** One export of each network: what follows from outputs and their derivatives is the same for all. */
const networks = files.filter(
  (file, k) => files.findIndex((other) => networkOf(other) === networkOf(file)) === k,
);
const classifiers = networks.filter((file) => !["fnn", "tied", "embedding"].includes(networkOf(file)));

let kernels: Kernels;
let math: VectorMath;
beforeAll(async () => {
  kernels = await openWasmKernels();
  math = await openVectorMath();
  return () => kernels.close();
});

async function open(file: string) {
  const archive = await openNpz(fromBytes(readFileSync(`${folder}${networkOf(file)}.npz`), file));
  const numbers = async (name: string) => readAll(await archive.array(name));
  const x = await archive.array("x");
  const bytes = new Uint8Array(readFileSync(folder + file));
  const { graph, theta } = await readOnnx(bytes, { name: file, sampleShape: x.shape.slice(1) });
  const model = (loss: Loss, targets: Float64Array, inputs: Float64Array): NetworkModel =>
    networkModel({
      graph,
      inputs,
      targets,
      loss,
      initialize: () => theta,
      kernels,
      math,
    });
  return { archive, numbers, theta, model, inputs: await readAll(x) };
}

describe.each(files)("%s against PyTorch", (file) => {
  it("has its Gram matrix, alignments and spectrum", async () => {
    const { numbers, theta, model, inputs } = await open(file);
    const at = model(squareLoss, await numbers("y"), inputs).linearize(theta);
    expectEntries((await at.gram()).data, await numbers("gram"), 1e-8, "K");
    await expectGeometry(await measure(at, { kernels }), numbers, "mse");
  });
});

describe.each(networks)("%s against PyTorch", (file) => {
  it("has its Hessian's extreme eigenvalues and trace", async () => {
    const { numbers, theta, model, inputs } = await open(file);
    await expectHessian(model(squareLoss, await numbers("y"), inputs), theta, numbers, "mse");
  });
});

describe.each(classifiers)("%s with cross-entropy against PyTorch", (file) => {
  it("has its alignments, spectrum and Hessian", async () => {
    const { numbers, theta, model, inputs } = await open(file);
    const labels = Int32Array.from(await numbers("labels"));
    const { length } = await numbers("outputs");
    const targets = oneHot({ indices: labels, classes: length / labels.length }).values;
    const network = model(crossEntropyLoss, targets, inputs);
    await expectGeometry(await measure(network.linearize(theta), { kernels }), numbers, "cross-entropy");
    await expectHessian(network, theta, numbers, "cross-entropy");
  });
});

type Numbers = (name: string) => Promise<Float64Array>;

async function expectGeometry(actual: Measurement, numbers: Numbers, loss: string): Promise<void> {
  const expected = async (key: string) => (await numbers(`${loss}/${key}`))[0];
  const { summary, spectrum, lossAlignment } = actual;
  const quantities: [string, number, number][] = [
    ["loss", summary.loss, await expected("loss")],
    ["trace", summary.gaussNewtonTrace, await expected("trace")],
    ["frobenius", summary.gaussNewtonFrobenius, await expected("frobenius")],
    ["noise_trace", summary.noiseTrace, await expected("noise_trace")],
    ["gradient_norm_squared", summary.gradientNormSquared, await expected("gradient_norm_squared")],
    ["mu", "covariance" in lossAlignment ? lossAlignment.covariance : Number.NaN, await expected("mu")],
    ["mu1", "covariance" in lossAlignment ? lossAlignment.secondMoment : Number.NaN, await expected("mu1")],
  ];
  for (const [name, value, reference] of quantities) {
    expectClose(value, reference, 1e-8 * Math.abs(reference), name);
  }
  const eigenvalues = await numbers(`${loss}/eigenvalues`);
  expectEntries(spectrum.eigenvalues.slice(0, eigenvalues.length), eigenvalues, 1e-8, "λ");
  const [g, g1] = [await numbers(`${loss}/g`), await numbers(`${loss}/g1`)];
  for (const [k, value] of eigenvalues.entries()) {
    // an eigenvector is as sure as its eigenvalue is apart from the others
    const gap = Math.min(...eigenvalues.map((other, j) => (j === k ? Infinity : Math.abs(other - value))));
    const tolerance = Math.max(1e-8, (1e-12 * eigenvalues[0]) / gap);
    const alignment = spectrum.alignments[k];
    if (!("covariance" in alignment)) expect.fail(`g(v_${k}) is undefined: ${alignment.undefined}`);
    expectClose(alignment.covariance, g[k], tolerance * Math.max(1, g[k]), `g(v_${k})`);
    expectClose(alignment.secondMoment, g1[k], tolerance * Math.max(1, g1[k]), `g₁(v_${k})`);
  }
}

/** Lanczos for the ends of the spectrum; the trace, a product a column, of the smaller networks. */
async function expectHessian(
  network: NetworkModel,
  theta: Float64Array,
  numbers: Numbers,
  loss: string,
): Promise<void> {
  const size = theta.length;
  const at = network.linearize(theta);
  const reference = async (key: string) => (await numbers(`${loss}/hessian_${key}`))[0];
  const largest = await reference("max");
  const ends = await lanczos(
    { size, apply: (v) => at.hvp(v) },
    { kernels, random: createStream(1), largest: 1, smallest: 1 },
  );
  expectClose(ends.largest[0].value, largest, 1e-8 * largest, "λ_max(H)");
  expectClose(ends.smallest[0].value, await reference("min"), 1e-8 * largest, "λ_min(H)");
  if (size > 300) return;
  let trace = 0;
  for (let k = 0; k < size; k++) trace += (await at.hvp(unit(size, k)))[k];
  expectClose(trace, await reference("trace"), 1e-8 * Math.abs(await reference("trace")), "Tr H");
}

function expectEntries(actual: Float64Array, expected: Float64Array, relative: number, what: string): void {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  for (const [k, value] of actual.entries()) {
    expectClose(value, expected[k], relative * largest, `${what}[${k}]`);
  }
}
