/** K of dense layers, tile by tile, against an explicit JJᵀ in float64, with every kind of kernels. */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import { openVectorMath } from "../../../src/linalg/kernels/openVectorMath.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { Precision, VectorMath } from "../../../src/linalg/vectorMath.ts";
import { tanh } from "../../../src/models/activations.ts";
import { tilesOf } from "../../../src/models/network/gram/tile.ts";
import { graphBuilder, parameterCount } from "../../../src/models/network/graph.ts";
import { squareLoss } from "../../../src/models/network/losses.ts";
import { networkModel } from "../../../src/models/network/network.ts";
import { activation } from "../../../src/models/network/operations/activation.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { createStream } from "../../../src/random/index.ts";
import { everyKind } from "../../linalg/kernels/everyKind.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { expectClose, unit } from "../laws.ts";

const fast = await openVectorMath();

/** Inputs → dense to 4 → tanh → dense to the outputs, the second with a bias or without. */
function network(outputs: number, bias: boolean) {
  const g = graphBuilder([3]);
  const first = [g.parameter("a", [4, 3], "weight"), g.parameter("b", [4], "bias")];
  const hidden = g.apply(activation(tanh), [g.apply(dense(), [g.input], first)]);
  const second = [g.parameter("c", [outputs, 4], "weight")];
  if (bias) second.push(g.parameter("d", [outputs], "bias"));
  return g.finish(g.apply(dense({ bias }), [hidden], second));
}

interface Case {
  readonly samples: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly seed: number;
}
/** Sizes about those at which another tile is needed. */
const cases: fc.Arbitrary<Case> = fc.record({
  samples: fc.oneof(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 84, max: 88 }),
    fc.constantFrom(257, 300),
  ),
  outputs: fc.integer({ min: 1, max: 3 }),
  bias: fc.boolean(),
  seed: fc.nat(),
});

function modelOf(
  { samples, outputs, bias, seed }: Case,
  context: { kernels: Kernels; math: VectorMath; precision: Precision },
) {
  const stream = createStream(seed);
  const graph = network(outputs, bias);
  const float32 = (length: number, name: string) =>
    Float64Array.from(Float32Array.from(stream.split(name).gaussians(new Float64Array(length))));
  const inputs = float32(samples * 3, "inputs");
  const theta = float32(parameterCount(graph), "theta");
  const targets = new Float64Array(samples * outputs);
  const model = networkModel({
    graph,
    inputs,
    targets,
    loss: squareLoss,
    initialize: () => theta,
    ...context,
  });
  return { model, theta };
}

/** JJᵀ from explicit columns of J, all in float64 and plain loops. */
function naive(shape: Case): Float64Array {
  const plain = { kernels: naiveKernels, math: plainVectorMath, precision: "float64" } as const;
  const { model, theta } = modelOf(shape, plain);
  const point = model.linearize(theta);
  const size = shape.samples * shape.outputs;
  const gram = new Float64Array(size * size);
  for (let p = 0; p < theta.length; p++) {
    const column = point.jvp(unit(theta.length, p)) as Float64Array;
    for (let k = 0; k < gram.length; k++) gram[k] += column[Math.floor(k / size)] * column[k % size];
  }
  return gram;
}

function expectAll(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [k, value] of actual.entries()) expectClose(value, expected[k], tolerance, `number ${k}`);
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

describe("tiles of K", () => {
  it("cover its lower triangle, or the block off the diagonal, once, and are of bounded size", () => {
    const counts = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 20, max: 500 }), fc.nat(), (samples, outputs, at) => {
        for (const split of samples > 1 ? [undefined, 1 + (at % (samples - 1))] : [undefined]) {
          const hits = new Map<string, number>();
          for (const tile of tilesOf({ samples, outputs }, split)) {
            expect(Math.min(tile.rows, tile.columns)).toBeGreaterThanOrEqual(1);
            expect(Math.max(tile.rows, tile.columns) * outputs).toBeLessThanOrEqual(Math.max(384, outputs));
            for (const i of range(tile.row, tile.row + tile.rows)) {
              for (const j of range(tile.column, tile.column + tile.columns)) {
                if (split !== undefined || j <= i) hits.set(`${i} ${j}`, (hits.get(`${i} ${j}`) ?? 0) + 1);
              }
            }
          }
          const wanted = split === undefined ? (samples * (samples + 1)) / 2 : split * (samples - split);
          expect(hits.size).toBe(wanted);
          expect([...hits.values()].every((count) => count === 1)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

for (const { title, kernels } of await everyKind()) {
  describe(title, () => {
    afterAll(() => kernels.close());

    it.each(["float32", "float64"] as const)(
      "%s: K, and a block of it off the diagonal",
      async (precision) => {
        await fc.assert(
          fc.asyncProperty(cases, fc.double({ min: 0, max: 1, noNaN: true }), async (shape, share) => {
            const { model, theta } = modelOf(shape, { kernels, math: fast, precision });
            const point = model.linearize(theta);
            const expected = naive(shape);
            const size = shape.samples * shape.outputs;
            const largest = Math.max(...Array.from({ length: size }, (_, k) => expected[k * (size + 1)]));
            // some 15 roundings of an element, none larger than the largest diagonal element, allow for growth
            const tolerance = largest * (precision === "float32" ? 64 * 2 ** -24 : 64 * 2 ** -53);
            const gram = await point.gram();
            expectAll(gram.data, expected, tolerance);

            const split = Math.floor(share * shape.samples);
            if (split > 0) {
              const [rows, columns] = [range(0, split), range(split, shape.samples)];
              const part = await point.gramBetween(rows, columns);
              const { outputs } = shape;
              const wanted = part.data.map((_, k) => {
                const [i, j] = [Math.floor(k / part.columns), k % part.columns];
                return expected[i * size + split * outputs + j];
              });
              expectAll(part.data, wanted, tolerance);
            }
            model.release();
          }),
          { numRuns: 12 },
        );
      },
    );
  });
}
