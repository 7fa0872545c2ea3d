import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { evaluate } from "../../../src/models/network/evaluation.ts";
import { graphBuilder } from "../../../src/models/network/graph.ts";
import { learned } from "../../../src/models/network/operations/learned.ts";
import { matmul } from "../../../src/models/network/operations/matmul.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { checkRule } from "./ruleChecks.ts";

describe("learned", () => {
  it("obeys the laws of a rule", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        (shape, count, seed) =>
          checkRule({
            operation: learned(),
            inputs: [],
            parameters: [shape],
            count,
            stream: createStream(seed),
          }),
      ),
      { numRuns: 40 },
    );
  });

  it("is the same for every sample, and has no input to pass a derivative to", () => {
    const b = graphBuilder([1, 2]);
    const matrix = b.apply(learned(), [], [b.parameter("matrix", [2, 2], "weight")]);
    const graph = b.finish(b.apply(matmul(), [b.input, matrix]));
    const at = evaluate(graph, {
      kernels: naiveKernels,
      math: plainVectorMath,
      precision: "float64",
      capacity: 2,
    });
    at.input(2).set([1, 0, 2, 3]);
    expect([...at.forward(Float64Array.of(1, 2, 3, 4), 2)]).toEqual([1, 2, 11, 16]);
    const gradient = new Float64Array(4);
    at.vjp(Float64Array.of(1, 0, 0, 1), 1, gradient);
    expect([...gradient]).toEqual([1, 2, 0, 3]);
    at.release();
  });
});
