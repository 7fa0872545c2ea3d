import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { VectorMath } from "../../../src/linalg/vectorMath.ts";
import type { Evaluation } from "../../../src/models/network/evaluation.ts";
import { type Graph, graphBuilder, inputNode, parameterCount } from "../../../src/models/network/graph.ts";
import { activation } from "../../../src/models/network/operations/activation.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { createStream } from "../../../src/random/index.ts";
import { fresh } from "./evaluationProblem.ts";
import { randomGraph, sine } from "./randomGraph.ts";
import { transformer } from "./transformer.ts";

describe("an evaluation", () => {
  it("keeps nothing from one call to the next", () => {
    const graphs = fc.record({ steps: fc.integer({ min: 0, max: 8 }), share: fc.boolean(), seed: fc.nat() });
    const calls = fc.array(
      fc.record({
        kind: fc.constantFrom("forward", "jvp", "vjp", "hessian", "uses", "broken"),
        count: fc.integer({ min: 1, max: 3 }),
        seed: fc.nat(),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(graphs, calls, ({ steps, share, seed }, sequence) => {
        const graph = randomGraph(steps, share, createStream(seed).split("graph"));
        const capacity = 3;
        const used = fresh(graph, capacity);
        const start = { kind: "forward", count: 2, seed };
        let last = start;
        for (const call of [start, ...sequence]) {
          if (call.kind === "forward") last = call;
          const again = fresh(graph, capacity);
          perform(graph, again, last, last.count);
          const expected = perform(graph, again, call, last.count);
          expect(perform(graph, used, call, last.count)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  const layer = () => {
    const g = graphBuilder([2]);
    return g.finish(g.apply(dense({ bias: false }), [g.input], [g.parameter("w", [3, 2], "weight")]));
  };

  it("has a zero derivative where no parameter reaches the output", () => {
    const g = graphBuilder([2]);
    g.apply(dense({ bias: false }), [g.input], [g.parameter("w", [3, 2], "weight")]);
    for (const output of [g.input, g.apply(activation(sine), [g.input])]) {
      const e = fresh(g.finish(output), 2);
      e.input(1).set([0.5, 2]);
      const values = e.forward(new Float64Array(6).fill(1), 1);
      expect([...values]).toEqual(output.node === inputNode ? [0.5, 2] : [Math.sin(0.5), Math.sin(2)]);
      for (let round = 0; round < 2; round++) expect([...e.jvp(new Float64Array(6).fill(1))]).toEqual([0, 0]);
      const gradient = new Float64Array(6);
      e.vjp(Float64Array.of(1, 1), 1, gradient);
      e.adjoint(Float64Array.of(1, 1));
      e.vjpTangent(Float64Array.of(1, 1), 1, gradient);
      e.visitParameterUses(Float64Array.of(1, 1), () => expect.fail("a use that does not matter"));
      expect([...gradient]).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  it("refuses arrays of other lengths and more samples than it has room for", () => {
    const e = fresh(layer(), 2);
    expect(() => e.forward(new Float64Array(5), 1)).toThrow("θ: expected length 6, got 5");
    const theta = new Float64Array(6);
    expect(() => e.forward(theta, 3)).toThrow("samples: expected between 1 and 2, got 3");
    expect(() => e.forward(theta, 0)).toThrow(RangeError);
    e.forward(theta, 2);
    expect(() => e.jvp(new Float64Array(7))).toThrow(RangeError);
    expect(() => e.vjp(new Float64Array(3), 1, theta)).toThrow("cotangent: expected length 6, got 3");
    expect(() => e.vjp(new Float64Array(6), 1, new Float64Array(5))).toThrow(RangeError);
    e.jvp(theta);
    const early = "vjpTangent: expected a call of adjoint since the last forward";
    expect(() => e.vjpTangent(new Float64Array(6), 1, theta)).toThrow(early);
    expect(() => e.adjoint(new Float64Array(3))).toThrow("cotangent: expected length 6, got 3");
    e.adjoint(new Float64Array(6));
    expect(() => e.vjpTangent(new Float64Array(3), 1, theta)).toThrow(RangeError);
    e.forward(theta, 2);
    expect(() => e.vjpTangent(new Float64Array(6), 1, theta)).toThrow(early);
  });

  it("allocates once, and gives back all of it, what its rules hold too", () => {
    const held = new Set<FloatArray>();
    const math: VectorMath = {
      ...plainVectorMath,
      allocate(precision, length) {
        const array = plainVectorMath.allocate(precision, length);
        held.add(array);
        return array;
      },
      release(array) {
        expect(held.delete(array)).toBe(true);
      },
    };
    const graph = transformer();
    const e = fresh(graph, 2, "float64", math);
    const theta = new Float64Array(parameterCount(graph)).fill(0.1);
    const sweep = (count: number) => {
      const cotangent = new Float64Array(count * e.outputSize).fill(1);
      e.forward(theta, count);
      e.jvp(theta);
      e.adjoint(cotangent);
      e.vjpTangent(cotangent, 1, theta.slice());
      e.visitParameterUses(cotangent, () => {});
    };
    sweep(1);
    const arrays = held.size;
    expect(arrays).toBeGreaterThan(graph.nodes.length);
    for (const count of [2, 1, 2]) sweep(count);
    expect(held.size).toBe(arrays);
    e.release();
    expect(held.size).toBe(0);
  });
});

/** One call with numbers drawn from its seed; what came of it, copied. */
function perform(
  graph: Graph,
  e: Evaluation,
  call: { kind: string; count: number; seed: number },
  count: number,
) {
  const stream = createStream(call.seed);
  const parameters = parameterCount(graph);
  const draw = (label: string, length: number) => stream.split(label).gaussians(new Float64Array(length));
  const cotangent = () => draw("u", count * e.outputSize);
  const gradient = new Float64Array(parameters);
  switch (call.kind) {
    case "forward":
      e.input(call.count).set(draw("x", call.count * e.inputSize));
      e.forward(draw("theta", parameters), call.count);
      // for later products with the Hessian, whatever comes between
      e.adjoint(draw("u", call.count * e.outputSize));
      return e.valueOf(graph.output.node).slice();
    case "jvp":
      return e.jvp(draw("v", parameters)).slice();
    case "vjp":
      e.vjp(cotangent(), 1, gradient);
      return gradient;
    case "hessian":
      e.jvp(draw("v", parameters));
      e.vjpTangent(draw("change", count * e.outputSize), 1, gradient);
      return gradient;
    case "uses": {
      const seen: [number, FloatArray][] = [];
      e.visitParameterUses(cotangent(), (use) => seen.push([use.node, use.cotangent.slice()]));
      return seen;
    }
    default: {
      // a visitor that fails half way through must leave nothing behind
      let visits = 0;
      const stop = () => {
        if (++visits === 2) throw new Error("enough");
      };
      try {
        e.visitParameterUses(cotangent(), stop);
      } catch (error) {
        expect((error as Error).message).toBe("enough");
      }
      return visits;
    }
  }
}
