/**
 * The Hessian as others compute it: PyTorch's double backward on the same model and data, PyHessian's estimators on top of it
 * (curvature.py), and the closed forms of linear and logistic regression.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { oneHot } from "../../src/data/dataset/targets.ts";
import { openNpz } from "../../src/data/npz.ts";
import { gaussNewtonProduct, hessianOperator } from "../../src/geometry/products.ts";
import type { Kernels } from "../../src/linalg/kernels/kernels.ts";
import { openVectorMath } from "../../src/linalg/kernels/openVectorMath.ts";
import { openKernels } from "../../src/linalg/kernels/select.ts";
import { lanczos } from "../../src/linalg/lanczos.ts";
import { fromRows } from "../../src/linalg/matrix.ts";
import { spectralDensity } from "../../src/linalg/spectralDensity.ts";
import { crossEntropyLoss, squareLoss } from "../../src/models/network/losses.ts";
import { networkModel } from "../../src/models/network/network.ts";
import { readOnnx } from "../../src/models/onnx/readOnnx.ts";
import { createStream } from "../../src/random/index.ts";
import { noisegeo, scratchFolder } from "../cli/noisegeo.ts";
import { missingPython, python } from "../cli/python.ts";
import { unit } from "../models/laws.ts";
import type { Rows } from "../reference/explicitGeometry.ts";

const folder = scratchFolder();
const cwd = folder.path;
let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  if (python === undefined) return;
  const script = fileURLToPath(new URL("curvature.py", import.meta.url));
  execFileSync(python, ["-W", "ignore", script], { cwd, stdio: "pipe" });
});
afterAll(async () => {
  await kernels.close();
  folder.remove();
});

const told = (name: string) => JSON.parse(readFileSync(join(cwd, `${name}.json`), "utf8"));

/** The model at its parameters, and x; labels become one-hot rows of so many classes. */
async function open(name: string, kind: "mse" | "cross-entropy", classes: number) {
  const archive = await openNpz(fromBytes(readFileSync(join(cwd, `${name}.npz`)), name));
  const [x, y] = await Promise.all(["x", "y"].map(async (key) => readAll(await archive.array(key))));
  const shape = (await archive.array("x")).shape.slice(1);
  const bytes = new Uint8Array(readFileSync(join(cwd, `${name}.onnx`)));
  const { graph, theta } = await readOnnx(bytes, { name, sampleShape: shape });
  const targets = classes === 1 ? y : oneHot({ indices: Int32Array.from(y), classes }).values;
  const model = networkModel({
    graph,
    inputs: x,
    targets,
    loss: kind === "mse" ? squareLoss : crossEntropyLoss,
    initialize: () => theta,
    kernels,
    math: await openVectorMath(),
  });
  const width = shape[0];
  const rows = Array.from({ length: x.length / width }, (_, i) => [
    ...x.subarray(i * width, (i + 1) * width),
    1,
  ]);
  return { at: model.linearize(theta), rows };
}

async function measured(name: string, ...words: string[]) {
  const files = ["--onnx", `${name}.onnx`, "--data", `${name}.npz`];
  const { code, stdout, stderr } = await noisegeo(
    ["measure", ...files, ...words, "--hessian", "--json", "-"],
    {
      cwd,
    },
  );
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** Column by column. */
async function matrixOf(size: number, product: (v: Float64Array) => Float64Array | Promise<Float64Array>) {
  const columns: number[][] = [];
  for (let k = 0; k < size; k++) columns.push(Array.from(await product(unit(size, k))));
  return columns;
}

/** (1/n) Σ_i w_i x_i x_iᵀ. */
function weightedSquare(rows: Rows, weights: readonly number[]): number[][] {
  return rows[0].map((_, a) =>
    rows[0].map((_, b) => rows.reduce((sum, x, i) => sum + (weights[i] * x[a] * x[b]) / rows.length, 0)),
  );
}

function probabilities(logits: Rows): number[][] {
  return logits.map((row) => {
    const powers = row.map((value) => Math.exp(value - Math.max(...row)));
    const sum = powers.reduce((total, value) => total + value, 0);
    return powers.map((value) => value / sum);
  });
}

/** Where the weights of the output c and the input a stand among a layer's parameters, the last input being 1 for the bias. */
const placeOf = (outputs: number, inputs: number, c: number, a: number) =>
  a < inputs - 1 ? c * (inputs - 1) + a : outputs * (inputs - 1) + c;

function expectEqual(actual: Rows, expected: Rows): void {
  const size = Math.max(...expected.flat().map(Math.abs));
  expect(actual.length).toBe(expected.length);
  for (const [a, row] of expected.entries()) {
    for (const [b, value] of row.entries()) expect(Math.abs(actual[a][b] - value)).toBeLessThan(1e-13 * size);
  }
}

describe.skipIf(python === undefined)(`linear models${missingPython}`, () => {
  test.each([
    { name: "linear", outputs: 1 },
    { name: "logistic", outputs: 2 },
    { name: "softmax", outputs: 4 },
  ])("$name: H of autograd, H, G and the closed form are one matrix", async ({ name, outputs }) => {
    const peer = told(name);
    const { at, rows } = await open(name, outputs === 1 ? "mse" : "cross-entropy", outputs);
    const size = outputs * rows[0].length;
    const p = probabilities(peer.outputs);
    // (1/n) Σ M_i ⊗ x_i x_iᵀ with M = 1 for the square loss and diag(p) − ppᵀ for cross-entropy, x with a 1 for the bias
    const closed = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (let c = 0; c < outputs; c++) {
      for (let d = 0; d < outputs; d++) {
        const weights = p.map((own) => (outputs === 1 ? 1 : own[c] * ((c === d ? 1 : 0) - own[d])));
        for (const [a, row] of weightedSquare(rows, weights).entries()) {
          for (const [b, value] of row.entries()) {
            closed[placeOf(outputs, row.length, c, a)][placeOf(outputs, row.length, d, b)] = value;
          }
        }
      }
    }
    expectEqual(peer.hessian, closed);
    expectEqual(await matrixOf(size, at.hvp), closed);
    expectEqual(await matrixOf(size, (v) => gaussNewtonProduct(at, v)), closed);
  });

  test("two classes: the spectrum is twice that of XᵀWX/n, W = diag(p(1−p)), and as many zeros", async () => {
    const { outputs } = told("logistic");
    const { rows } = await open("logistic", "cross-entropy", 2);
    const weights = probabilities(outputs).map(([first]) => first * (1 - first));
    const xwx = weightedSquare(rows, weights);
    const values = kernels.symmetricEigenvalues(fromRows(xwx));
    const { gaussNewton } = await measured("logistic", "--loss", "cross-entropy");
    const expected = Array.from(values, (value) => 2 * value).reverse();
    expect(gaussNewton.eigenvalues).toHaveLength(expected.length);
    for (const [k, value] of expected.entries()) {
      expect(Math.abs(gaussNewton.eigenvalues[k] - value)).toBeLessThan(1e-13 * expected[0]);
    }
  });

  test.each([
    ["linear", "mse"],
    ["logistic", "cross-entropy"],
    ["softmax", "cross-entropy"],
  ])("%s: noisegeo measure says so, and 2/λ_max for gradient descent", async (name, loss) => {
    const { eigenvalues } = told(name) as { eigenvalues: number[] };
    const [largest] = eigenvalues;
    const { gaussNewton, hessian, stability } = await measured(name, "--loss", loss, "--stability", "1");
    for (const [k, value] of gaussNewton.eigenvalues.entries()) {
      expect(Math.abs(value - eigenvalues[k])).toBeLessThan(1e-13 * largest);
    }
    for (const value of eigenvalues.slice(gaussNewton.eigenvalues.length)) {
      expect(Math.abs(value)).toBeLessThan(1e-13 * largest);
    }
    expect(Math.abs(hessian.maxEigenvalue / largest - 1)).toBeLessThan(1e-13);
    expect(Math.abs(hessian.trace / gaussNewton.trace - 1)).toBeLessThan(1e-13);
    expect(Math.abs((stability[0].gradientDescent * largest) / 2 - 1)).toBeLessThan(1e-13);
  });
});

interface PyHessian {
  readonly parameters: number;
  readonly loss: number;
  readonly leading: readonly { readonly value: number; readonly residual: number }[];
  readonly traces: readonly number[];
  readonly quadratures: readonly { readonly nodes: number[]; readonly weights: number[] }[];
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
const errorOf = (values: readonly number[]) => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
};

describe.skipIf(python === undefined)(`a network as PyHessian measures it${missingPython}`, () => {
  test.each(["mse", "cross-entropy"] as const)("%s: power iteration and deflation", async (kind) => {
    const { parameters, loss, leading } = told("network")[kind] as PyHessian;
    const document = await measured("network", "--loss", kind);
    expect(document.parameters).toBe(parameters);
    expect(Math.abs(document.loss / loss - 1)).toBeLessThan(1e-13);
    expect(Math.abs(document.hessian.maxEigenvalue / leading[0].value - 1)).toBeLessThan(1e-11);
    const { at } = await open("network", kind, 3);
    const { largest } = await lanczos(hessianOperator(at), { kernels, random: createStream(2), largest: 3 });
    for (const [k, { value, residual }] of leading.entries()) {
      expect(Math.abs(largest[k].value - value)).toBeLessThan(residual + 1e-11 * leading[0].value);
    }
  });

  test.each(["mse", "cross-entropy"] as const)("%s: Hutchinson's trace", async (kind) => {
    const { traces } = told("network")[kind] as PyHessian;
    const { trace, traceStandardError } = (await measured("network", "--loss", kind)).hessian;
    const { at } = await open("network", kind, 3);
    const diagonal = (await matrixOf(at.parameters, at.hvp)).map((column, k) => column[k]);
    const exact = diagonal.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(meanOf(traces) - exact)).toBeLessThan(4 * errorOf(traces));
    expect(Math.abs(trace - exact)).toBeLessThan(4 * traceStandardError);
    // the sketch of Hutch++ takes most of it exactly: 60 products say more than 100
    expect(traceStandardError).toBeLessThan(errorOf(traces));
  });

  test.each(["mse", "cross-entropy"] as const)("%s: stochastic Lanczos quadrature", async (kind) => {
    const { quadratures, leading } = told("network")[kind] as PyHessian;
    const { at } = await open("network", kind, 3);
    const broadening = leading[0].value / 40;
    const ours = await spectralDensity(hessianOperator(at), {
      kernels,
      random: createStream(3),
      probes: 20,
      steps: 40,
      points: 400,
      broadening,
    });
    const height = Math.max(...ours.density);
    let apart = 0;
    for (const [i, place] of ours.grid.entries()) {
      const theirs = quadratures.map(({ nodes, weights }) =>
        nodes.reduce(
          (sum, node, k) =>
            sum +
            (weights[k] * Math.exp(-0.5 * ((place - node) / broadening) ** 2)) /
              (broadening * Math.sqrt(2 * Math.PI)),
          0,
        ),
      );
      const error = Math.hypot(ours.standardError[i], errorOf(theirs));
      const off = Math.abs(ours.density[i] - meanOf(theirs));
      apart = Math.max(apart, off / height);
      expect(off).toBeLessThan(4 * error + 1e-9 * height);
    }
    // two estimates, not one
    expect(apart).toBeGreaterThan(1e-4);
    // between the largest eigenvalue and the next there is nothing
    const gap = (leading[0].value + leading[1].value) / 2;
    const between = ours.grid.findIndex((value) => value > gap);
    expect(ours.density[between]).toBeLessThan(1e-3 * height);
  });
});
