import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add } from "../../../src/models/network/operations/add.ts";
import { affine } from "../../../src/models/network/operations/affine.ts";
import { bias } from "../../../src/models/network/operations/bias.ts";
import { multiply } from "../../../src/models/network/operations/multiply.ts";
import { scaleBy } from "../../../src/models/network/operations/scaleBy.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

const small = fc.integer({ min: 1, max: 3 });

const pairs = fc.record({ shape: fc.array(small, { maxLength: 3 }), count: small, seed: fc.nat() });

/** A shape, and one that stretches to it: some axes made 1, leading ones left out or added. */
const broadcasts = fc
  .record({
    axes: fc.array(fc.tuple(small, fc.boolean()), { maxLength: 3 }),
    leftOut: fc.integer({ min: 0, max: 3 }),
    added: fc.integer({ min: 0, max: 2 }),
    count: small,
    seed: fc.nat(),
  })
  .map(({ axes, leftOut, added, ...rest }) => {
    const own = axes.map(([length, stretched]) => (stretched ? 1 : length)).slice(leftOut);
    return {
      shape: axes.map(([length]) => length),
      own: leftOut === 0 ? [...new Array<number>(added).fill(1), ...own] : own,
      ...rest,
    };
  });

/** The element of a tensor that meets element `index` of `shape`, found by counting along each axis. */
function meets(own: readonly number[], shape: readonly number[], index: number): number {
  let place = 0;
  for (const [axis, length] of own.entries()) {
    const full = axis + shape.length - own.length;
    const along = full < 0 ? 0 : Math.floor(index / sizeOf(shape.slice(full + 1))) % shape[full];
    place = place * length + (length === 1 ? 0 : along);
  }
  return place;
}

describe("add and multiply", () => {
  it("obey the laws of a rule", () => {
    fc.assert(
      fc.property(pairs, fc.boolean(), ({ shape, count, seed }, sum) => {
        const operation = sum ? add() : multiply();
        checkRule({ operation, inputs: [shape, shape], count, stream: createStream(seed) });
      }),
      { numRuns: 40 },
    );
  });

  it("work element by element on two inputs of one shape only", () => {
    const inputs = [
      [[2], [1, 2, 3, 4]],
      [[2], [5, 6, 7, 8]],
    ] as const;
    expect([...runNode({ operation: add(), inputs }).point.output]).toEqual([6, 8, 10, 12]);
    expect([...runNode({ operation: multiply(), inputs }).point.output]).toEqual([5, 12, 21, 32]);
    const message = "expected two inputs of one shape, got 2×3 and 3×2";
    for (const operation of [add(), multiply()]) {
      expect(() =>
        operation.outputShape(
          [
            [2, 3],
            [3, 2],
          ],
          [],
        ),
      ).toThrow(`${operation.name}: ${message}`);
    }
  });
});

describe("bias, scaleBy and affine", () => {
  it("obey the laws of a rule for tensors that broadcast", () => {
    fc.assert(
      fc.property(broadcasts, fc.constantFrom("bias", "scaleBy", "affine"), (test, name) => {
        const { shape, own, count, seed } = test;
        const stream = createStream(seed);
        const constant = (label: string) => ({
          shape: own,
          data: stream.split(label).gaussians(new Float64Array(sizeOf(own))),
        });
        const node = {
          bias: () => ({ operation: bias(), parameters: [own] }),
          scaleBy: () => ({ operation: scaleBy(), parameters: [own] }),
          affine: () => ({ operation: affine({ scale: constant("scale"), shift: constant("shift") }) }),
        }[name]();
        checkRule({ ...node, inputs: [shape], count, stream });
      }),
      { numRuns: 100 },
    );
  });

  it.each(["float64", "float32"] as const)("broadcast as NumPy does, in %s", (precision) => {
    fc.assert(
      fc.property(broadcasts, ({ shape, own, count, seed }) => {
        const stream = createStream(seed);
        // few bits, so that products and sums are exact in both precisions
        const draw = (length: number) => Array.from({ length }, () => stream.integer(65) - 32);
        const x = draw(count * sizeOf(shape));
        const [a, b] = [draw(sizeOf(own)), draw(sizeOf(own))];
        const inputs = [[shape, x]] as const;
        const run = (operation: ReturnType<typeof bias>, parameters: [number[], number[]][]) => [
          ...runNode({ operation, inputs, parameters, precision }).point.output,
        ];
        const expected = (f: (value: number, place: number) => number) =>
          x.map((value, i) => f(value, meets(own, shape, i % sizeOf(shape))));
        expect(run(bias(), [[own, b]])).toEqual(expected((value, place) => value + b[place]));
        expect(run(scaleBy(), [[own, a]])).toEqual(expected((value, place) => value * a[place] + 0));
        const both = affine({ scale: { shape: own, data: a }, shift: { shape: own, data: b } });
        expect(run(both, [])).toEqual(expected((value, place) => a[place] * value + b[place]));
        expect(run(affine({ scale: 0.5, shift: 3 }), [])).toEqual(expected((value) => 0.5 * value + 3));
      }),
      { numRuns: 40 },
    );
  });

  it("sum a parameter's gradient in float64, also over float32 arrays", () => {
    // 1 + 2^16 terms of 2^-24 would stay 1 in float32
    const length = 2 ** 16 + 1;
    const ones = new Float64Array(length).fill(1);
    for (const operation of [bias(), scaleBy()]) {
      const { rule, point, array } = runNode({
        operation,
        inputs: [[[length], ones]],
        parameters: [[[1], [1]]],
        precision: "float32",
      });
      const gradient = array([0]);
      rule.parameterVjp!(point, array(ones.map((_, i) => (i === 0 ? 1 : 2 ** -24))), 1, [gradient]);
      expect(gradient[0]).toBe(1 + 2 ** -8);
    }
  });

  it("say what does not fit", () => {
    for (const operation of [bias(), scaleBy()]) {
      expect(() => operation.outputShape([[4, 3]], [[4]])).toThrow(
        `${operation.name}: expected a tensor that broadcasts to the input's shape 4×3, got 4`,
      );
      expect(() => operation.outputShape([[3]], [[2, 3]])).toThrow(/broadcasts/);
    }
    const constant = { shape: [2], data: [1, 2] };
    expect(() => affine({ scale: constant }).outputShape([[3]], [])).toThrow(/shape 3, got 2/);
    expect(() => affine({ shift: constant }).outputShape([[3]], [])).toThrow(/shape 3, got 2/);
    expect(() => affine({ shift: { shape: [3], data: [1, 2] } })).toThrow(
      "affine: expected 3 numbers, got 2",
    );
  });
});
