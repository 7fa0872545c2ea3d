import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { evaluate } from "../../../src/models/network/evaluation.ts";
import { type Graph, graphBuilder, parameterCount } from "../../../src/models/network/graph.ts";
import { multiHeadAttention } from "../../../src/models/network/multiHeadAttention.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { dot, expectClose } from "../laws.ts";

interface Measured {
  readonly names: string[];
  readonly output: number[];
  readonly gradient: number[];
  readonly hessianProduct: number[];
}

/** PyTorch's numbers; make.py beside the file made it. */
const fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/attention/attention.json", import.meta.url), "utf8"),
) as {
  readonly [size in "samples" | "length" | "width" | "heads"]: number;
} & { readonly plain: Measured; readonly causal: Measured };

/** As in make.py. */
function numbers(salt: number, length: number): Float64Array {
  return Float64Array.from({ length }, (_, k) => ((((k + salt) * 37) % 101) - 50) / 64);
}

function attentionOnly(length: number, width: number, heads: number, causal: boolean, prefix = ""): Graph {
  const g = graphBuilder([length, width]);
  return g.finish(multiHeadAttention(g, g.input, { prefix, heads, causal }));
}

function evaluation(graph: Graph, capacity: number) {
  return evaluate(graph, { kernels: naiveKernels, math: plainVectorMath, precision: "float64", capacity });
}

function expectNear(actual: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string) {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  for (const [k, value] of expected.entries())
    expectClose(actual[k], value, tolerance * scale, `${what} ${k}`);
}

describe("multi-head attention", () => {
  it.each(["plain", "causal"] as const)(
    "gives PyTorch's outputs, gradient and Hessian product, %s",
    (kind) => {
      const { samples, length, width, heads } = fixture;
      const expected = fixture[kind];
      const graph = attentionOnly(length, width, heads, kind === "causal");
      expect(graph.parameters.map(({ name }) => name)).toEqual(expected.names);
      const e = evaluation(graph, samples);
      const parameters = parameterCount(graph);
      const size = samples * length * width;
      e.input(samples).set(numbers(3, size));
      expectNear(e.forward(numbers(11, parameters), samples), expected.output, 1e-14, "output");
      const gradient = new Float64Array(parameters);
      const cotangent = numbers(17, size);
      e.vjp(cotangent, 1, gradient);
      expectNear(gradient, expected.gradient, 1e-14, "gradient");
      e.jvp(numbers(29, parameters));
      const product = new Float64Array(parameters);
      e.adjoint(cotangent);
      e.vjpTangent(new Float64Array(size), 1, product);
      expectNear(product, expected.hessianProduct, 1e-14, "Hessian product");
    },
  );

  it("is the weighted mean of values, and looks at no later position under a causal mask", () => {
    fc.assert(
      fc.property(
        fc.record({
          length: fc.integer({ min: 1, max: 4 }),
          each: fc.integer({ min: 1, max: 3 }),
          heads: fc.integer({ min: 1, max: 3 }),
          causal: fc.boolean(),
          seed: fc.nat(),
        }),
        ({ length, each, heads, causal, seed }) => {
          const width = each * heads;
          const stream = createStream(seed);
          const graph = attentionOnly(length, width, heads, causal, "block.attn.");
          expect(graph.parameters[2].name).toBe("block.attn.out_proj.weight");
          const theta = stream.gaussians(new Float64Array(parameterCount(graph)));
          const x = stream.gaussians(new Float64Array(length * width));
          const e = evaluation(graph, 1);
          e.input(1).set(x);
          const actual = e.forward(theta, 1);
          const expected = naiveAttention(x, theta, length, width, heads, causal);
          expectNear(actual, expected, 1e-13, "output");
        },
      ),
      { numRuns: 30 },
    );
  });

  it("says what it takes", () => {
    expect(() => attentionOnly(3, 5, 2, false)).toThrow(
      "multi-head attention: expected positions×features with features that 2 heads divide, got 3×5; choose a width that is a multiple of the heads",
    );
    const g = graphBuilder([6]);
    expect(() => multiHeadAttention(g, g.input, { prefix: "", heads: 2 })).toThrow(/got 6;/);
  });
});

/** Position by position and head by head, from the definition. */
function naiveAttention(
  x: Float64Array,
  theta: Float64Array,
  length: number,
  width: number,
  heads: number,
  causal: boolean,
): number[] {
  const [weight, bias] = [theta.subarray(0, 3 * width ** 2), theta.subarray(3 * width ** 2)];
  const outWeight = bias.subarray(3 * width);
  const outBias = outWeight.subarray(width ** 2);
  const rowOf = (a: Float64Array, i: number, from = 0, to = width) =>
    a.subarray(i * width + from, i * width + to);
  const linear = (w: Float64Array, b: Float64Array, v: Float64Array, first: number) =>
    Float64Array.from({ length: width }, (_, i) => dot(rowOf(w, first + i), v) + b[first + i]);
  const [queries, keys, values] = [0, 1, 2].map((part) =>
    Array.from({ length }, (_, t) => linear(weight, bias, rowOf(x, t), part * width)),
  );
  return Array.from({ length }, (_, t) => {
    const joined = new Float64Array(width);
    const each = width / heads;
    for (let head = 0; head < heads; head++) {
      const [from, to] = [head * each, (head + 1) * each];
      const seen = causal ? t + 1 : length;
      const weights = Array.from({ length: seen }, (_, s) =>
        Math.exp(dot(queries[t].subarray(from, to), keys[s].subarray(from, to)) / Math.sqrt(each)),
      );
      const total = weights.reduce((sum, w) => sum + w, 0);
      for (const [s, w] of weights.entries()) {
        for (let k = from; k < to; k++) joined[k] += (w / total) * values[s][k];
      }
    }
    return [...linear(outWeight, outBias, joined, 0)];
  }).flat();
}
