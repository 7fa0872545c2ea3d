import { describe, expect, test } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { evaluate } from "../../../src/models/network/evaluation.ts";
import { parameterOffsets } from "../../../src/models/network/graph.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { type OnnxModel, readOnnx } from "../../../src/models/onnx/readOnnx.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { type FixtureArray, fixtureBytes, networkFixtures } from "./networkFixtures.ts";

const settings = { kernels: naiveKernels, math: plainVectorMath, precision: "float64" } as const;

function norm(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}

function expectVector(actual: Float64Array, expected: Float64Array, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const off = norm(actual.map((value, k) => value - expected[k]));
  if (!(off <= tolerance * norm(expected))) {
    expect.fail(`${what}: off by ${off} of ${norm(expected)}`);
  }
}

/**
 * For each parameter of the model, the one of PyTorch whose numbers it has (to the rounding of folded batch norms) and
 * the places of those numbers: the exporter renames weights that it transposes.
 */
function matchParameters({ graph, theta }: OnnxModel, arrays: ReadonlyMap<string, FixtureArray>) {
  const offsets = parameterOffsets(graph);
  const names = [...arrays.keys()].filter((name) => name.startsWith("parameter/"));
  return graph.parameters.map(({ name, shape }, k) => {
    const values = theta.subarray(offsets[k], offsets[k] + sizeOf(shape));
    const first = `parameter/${name}`;
    for (const candidate of [...(arrays.has(first) ? [first] : []), ...names]) {
      const { data, shape: own } = arrays.get(candidate)!;
      const same = (places: readonly number[]) =>
        data.length === values.length &&
        values.every((value, i) => Math.abs(value - data[places[i]]) <= 1e-14);
      const straight = [...data.keys()];
      const turned = straight.map((i) => (i % own[0]) * (data.length / own[0]) + Math.floor(i / own[0]));
      for (const places of [straight, turned]) {
        if (same(places)) return { name: candidate.slice("parameter/".length), places, offset: offsets[k] };
      }
    }
    throw new Error(`no parameter of PyTorch's has the numbers of ${name}`);
  });
}

describe.each(networkFixtures)("$name", ({ exports, arrays: load }) => {
  test.each(exports)("%s gives PyTorch's outputs and per-sample gradients", async (file) => {
    const arrays = await load();
    const [x, y, outputs] = ["x", "y", "outputs"].map((name) => arrays.get(name)!);
    const model = await readOnnx(fixtureBytes(file), { name: file, sampleShape: x.shape.slice(1) });
    const [n, C] = outputs.shape;
    expect(model.input).toEqual({ name: "x", shape: x.shape.slice(1) });
    expect(model.output).toEqual({ name: "y", shape: [C] });

    const at = evaluate(model.graph, { ...settings, capacity: n });
    at.input(n).set(x.data);
    const values = Float64Array.from(at.forward(model.theta, n));
    expectVector(values, outputs.data, 1e-12, "outputs");

    const matched = matchParameters(model, arrays);
    expect(matched.map(({ name }) => `gradients/${name}`).sort()).toEqual(
      [...arrays.keys()].filter((name) => name.startsWith("gradients/")).sort(),
    );
    for (let i = 0; i < n; i++) {
      const residual = values.map((value, k) => (Math.floor(k / C) === i ? value - y.data[k] : 0));
      const gradient = new Float64Array(model.theta.length);
      at.vjp(residual, 1, gradient);
      const expected = new Float64Array(model.theta.length);
      for (const { name, places, offset } of matched) {
        const { data } = arrays.get(`gradients/${name}`)!;
        const size = places.length;
        for (const [k, place] of places.entries()) expected[offset + k] = data[i * size + place];
      }
      expectVector(gradient, expected, 1e-10, `gradient of sample ${i}`);
    }
    at.release();
  });
});
