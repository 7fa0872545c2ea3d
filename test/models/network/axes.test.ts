import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduceMean } from "../../../src/models/network/operations/reduceMean.ts";
import { transpose } from "../../../src/models/network/operations/transpose.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { expectClose } from "../laws.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

const settings = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
    count: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
  })
  .chain(({ shape, ...rest }) =>
    fc.record({
      shape: fc.constant(shape),
      axes: fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: 0 },
      ),
      order: fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length },
      ),
      rest: fc.constant(rest),
    }),
  );

/** The multi-index of element k of a tensor. */
function indicesOf(shape: readonly number[], k: number): number[] {
  return shape.map((length, axis) => Math.floor(k / sizeOf(shape.slice(axis + 1))) % length);
}

describe("transpose and reduceMean", () => {
  it("obey the laws of a rule", () => {
    fc.assert(
      fc.property(settings, fc.boolean(), ({ shape, axes, order, rest: { count, seed } }, reduce) => {
        const operation = reduce ? reduceMean(axes) : transpose(order);
        checkRule({ operation, inputs: [shape], count, stream: createStream(seed) });
      }),
      { numRuns: 60 },
    );
  });

  it("transpose puts each element at its permuted index", () => {
    fc.assert(
      fc.property(settings, ({ shape, order, rest: { count } }) => {
        const x = Float64Array.from({ length: count * sizeOf(shape) }, (_, k) => k);
        const { shape: turned, point } = runNode({ operation: transpose(order), inputs: [[shape, x]] });
        expect(turned).toEqual(order.map((axis) => shape[axis]));
        const size = sizeOf(shape);
        for (const [k, value] of point.output.entries()) {
          const sample = Math.floor(k / size);
          expect(Math.floor(value / size)).toBe(sample);
          const from = indicesOf(shape, value % size);
          expect(indicesOf(turned, k % size)).toEqual(order.map((axis) => from[axis]));
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ["float64", 1e-15],
    ["float32", 1e-7],
  ] as const)("reduceMean averages over the axes it drops, in %s", (precision, tolerance) => {
    fc.assert(
      fc.property(settings, ({ shape, axes, rest: { count, seed } }) => {
        const draws = createStream(seed).gaussians(new Float64Array(count * sizeOf(shape)));
        const x = Float32Array.from(draws);
        const node = runNode({ operation: reduceMean(axes), inputs: [[shape, x]], precision });
        const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
        expect(node.shape).toEqual(kept.map((axis) => shape[axis]));
        const size = sizeOf(node.shape);
        for (const [k, value] of node.point.output.entries()) {
          const wanted = indicesOf(node.shape, k % size);
          const terms = [...x.subarray(0)].filter((_, i) => {
            const own = indicesOf(shape, i % sizeOf(shape));
            const sameSample = Math.floor(i / sizeOf(shape)) === Math.floor(k / size);
            return sameSample && kept.every((axis, position) => own[axis] === wanted[position]);
          });
          const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length;
          expectClose(value, mean, tolerance * Math.max(...terms.map(Math.abs)), `mean ${k}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("say which axes there are", () => {
    expect(() => reduceMean([2]).outputShape([[4, 5]], [])).toThrow(
      "reduceMean: expected different axes between 0 and 1 of an input of shape 4×5, got 2",
    );
    expect(() => reduceMean([-1]).outputShape([[4, 5]], [])).toThrow(/got -1/);
    expect(() => transpose([0, 0]).outputShape([[4, 5]], [])).toThrow(/different axes/);
    expect(() => transpose([1]).outputShape([[4, 5]], [])).toThrow("an order of all 2 axes of 4×5, got 1");
  });
});
