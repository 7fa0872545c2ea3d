import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrayInputs } from "../../../src/data/dataset/inputBlocks.ts";
import { matrix } from "../../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { silu } from "../../../src/models/activations.ts";
import { chunks } from "../../../src/models/network/chunks.ts";
import { columnTiles, widthOf } from "../../../src/models/network/gram/columnTiles.ts";
import { deferredRowsPart, gradientUses } from "../../../src/models/network/gram/deferredRows.ts";
import { gramParts } from "../../../src/models/network/gram/gramParts.ts";
import { pairsPart } from "../../../src/models/network/gram/pairs.ts";
import { type CollectedPart, type GramPart, productSpace } from "../../../src/models/network/gram/part.ts";
import { gramPlan, outerShares, type ParameterPlan } from "../../../src/models/network/gram/plan.ts";
import { type ProductsPart, productsPart } from "../../../src/models/network/gram/products.ts";
import { addProductTiles } from "../../../src/models/network/gram/productTiles.ts";
import { rowsPart } from "../../../src/models/network/gram/rows.ts";
import {
  type Graph,
  graphBuilder,
  parameterCount,
  parameterOffsets,
} from "../../../src/models/network/graph.ts";
import { activation } from "../../../src/models/network/operations/activation.ts";
import { conv2d } from "../../../src/models/network/operations/conv2d.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels as kernels } from "../../reference/naiveKernels.ts";
import { dot, expectClose } from "../laws.ts";

const precision = "float64";

interface Shape {
  readonly n: number;
  readonly outputs: number;
  readonly seed: number;
  readonly capacity: number;
  /** Outputs that go back together. */
  readonly together: number;
}
const shapes: fc.Arbitrary<Shape> = fc.record({
  n: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
  capacity: fc.integer({ min: 1, max: 5 }),
  together: fc.integer({ min: 1, max: 3 }),
});

/** A grouped convolution, a dense layer that two branches share, and one that reads both. */
function network(outputs: number): Graph {
  const g = graphBuilder([2, 3, 2]);
  const kernel = g.parameter("conv.weight", [4, 1, 2, 1], "weight");
  const convolved = g.apply(
    conv2d({ groups: 2 }),
    [g.input],
    [kernel, g.parameter("conv.bias", [4], "bias")],
  );
  const tokens = g.reshape(g.apply(activation(silu), [convolved]), [4, 4]);
  const weight = g.parameter("shared.weight", [4, 4], "weight");
  const shared = [weight, g.parameter("shared.bias", [4], "bias")];
  const once = g.apply(activation(silu), [g.apply(dense(), [tokens], shared)]);
  const twice = g.apply(activation(silu), [g.apply(dense(), [once], shared)]);
  const out = [
    g.parameter("out.weight", [outputs, 16], "weight"),
    g.parameter("out.bias", [outputs], "bias"),
  ];
  return g.finish(g.apply(dense(), [g.reshape(twice, [16])], out));
}

/** One kernel in two convolutions, the second of stride 2, another of one pixel, and a dense layer. */
function convolutions(outputs: number): Graph {
  const g = graphBuilder([2, 3, 2]);
  const kernel = g.parameter("shared.kernel", [2, 2, 2, 2], "weight");
  const once = g.apply(conv2d({ padding: [1, 1, 0, 0], bias: false }), [g.input], [kernel]);
  const between = g.apply(activation(silu), [once]);
  const twice = g.apply(conv2d({ stride: [2, 1], padding: [0, 1, 1, 0], bias: false }), [between], [kernel]);
  const pixel = g.parameter("pixel.kernel", [3, 2, 1, 1], "weight");
  const last = g.apply(conv2d({ bias: false }), [g.apply(activation(silu), [twice])], [pixel]);
  const out = g.parameter("out.weight", [outputs, 12], "weight");
  return g.finish(g.apply(dense({ bias: false }), [g.reshape(last, [12])], [out]));
}

function setUp({ n, outputs, seed, capacity, together }: Shape, build = network) {
  const stream = createStream(seed);
  const graph = build(outputs);
  const inputs = stream.split("inputs").gaussians(new Float64Array(n * 12));
  const theta = stream.split("theta").gaussians(new Float64Array(parameterCount(graph)), 0.7);
  const context = { kernels, math: plainVectorMath, precision } as const;
  const sweep = chunks(graph, arrayInputs(inputs, 12), { ...context, capacity: Math.min(n, capacity) });
  const plan = gramPlan(graph, (node) => sweep.evaluation.sharesOf(node), n, outputs);
  return { graph, theta, sweep, plan, together, context: { ...context, samples: n, outputs } };
}

type SetUp = ReturnType<typeof setUp>;

/** Rows of J, by one backward sweep each. */
function jacobian({ sweep, theta, context }: SetUp): Float64Array[] {
  const { samples, outputs } = context;
  const rows = Array.from({ length: samples * outputs }, () => new Float64Array(theta.length));
  for (const { start, count } of sweep.sweep(theta)) {
    for (let k = 0; k < count * outputs; k++) {
      const cotangent = new Float64Array(count * outputs);
      cotangent[k] = 1;
      sweep.evaluation.vjp(cotangent, 1, rows[start * outputs + k]);
    }
  }
  return rows;
}

/** Shows the sweeps over all samples to the parts. */
function collect({ sweep, theta, together, context }: SetUp, parts: readonly CollectedPart[]): void {
  const { outputs } = context;
  for (const part of parts) part.begin();
  for (const { start, count } of sweep.sweep(theta)) {
    for (let output = 0; output < outputs; output += together) {
      const some = Math.min(together, outputs - output);
      const cotangents = new Float64Array(some * count * outputs);
      for (let k = 0; k < some; k++) {
        for (let i = 0; i < count; i++) cotangents[(k * count + i) * outputs + output + k] = 1;
      }
      const place = { start, output, outputs: some };
      sweep.evaluation.visitParameterUses(cotangents, (use) => {
        for (const part of parts) if (part.nodes.includes(use.node)) part.take(use, place);
      });
    }
  }
}

/** K of some parts alone; with `split`, its rows of the first samples and its columns of the others. */
async function gramOf(at: SetUp, parts: readonly (GramPart | ProductsPart)[], split?: number) {
  const { samples, outputs } = at.context;
  const gram = matrix((split ?? samples) * outputs, (samples - (split ?? 0)) * outputs);
  collect(at, parts);
  for (const part of parts) {
    if ("addTile" in part) await addProductTiles([part], gram, at.context, { split });
    else part.finish(gram, productSpace(precision), split);
  }
  return gram;
}

async function expectPart(
  at: SetUp,
  parts: readonly (GramPart | ProductsPart)[],
  parameters: readonly number[],
  what: string,
): Promise<void> {
  const rows = jacobian(at);
  const offsets = parameterOffsets(at.graph);
  const columns = parameters.map((k) => {
    const size = at.graph.parameters[k].shape.reduce((a, b) => a * b, 1);
    return rows.map((row) => row.subarray(offsets[k], offsets[k] + size));
  });
  const gram = await gramOf(at, parts);
  const largest = Math.max(...columns.flatMap((part) => part.map((row) => dot(row, row))));
  for (let i = 0; i < gram.rows; i++) {
    for (let j = 0; j <= i; j++) {
      const expected = columns.reduce((sum, part) => sum + dot(part[i], part[j]), 0);
      expectClose(
        gram.data[i * gram.columns + j],
        expected,
        1e-13 * largest + 1e-300,
        `${what} K(${i},${j})`,
      );
    }
  }
  const { samples, outputs } = at.context;
  for (let split = 1; split < samples; split++) {
    const part = await gramOf(at, parts, split);
    for (let i = 0; i < part.rows; i++) {
      for (let j = 0; j < part.columns; j++) {
        const whole = gram.data[(split * outputs + j) * gram.columns + i];
        const value = part.data[i * part.columns + j];
        expectClose(value, whole, 1e-13 * largest + 1e-300, `${what} split at ${split}, (${i},${j})`);
      }
    }
  }
}

const names = network(1).parameters.map(({ name }) => name);

describe("parts of a structured Gram matrix", () => {
  it.each(names.map((name, k) => [name, k] as const))(
    "%s: pairs of positions, and per-sample gradients in tiles of any width, give its part of K",
    async (_, k) => {
      await fc.assert(
        fc.asyncProperty(shapes, fc.integer({ min: 1, max: 40 }), async (shape, columns) => {
          const at = setUp(shape);
          const plan: ParameterPlan = at.plan[k];
          if (outerShares(plan.uses)) await expectPart(at, [pairsPart(plan, at.context)], [k], "pairs");
          const tiles = columnTiles([plan], columns);
          const covered = tiles.flat().reduce((sum, range) => sum + widthOf(range), 0);
          expect(covered).toBe(plan.size);
          for (const tile of tiles) {
            const width = tile.reduce((sum, range) => sum + widthOf(range), 0);
            expect(width).toBeLessThanOrEqual(Math.max(columns, plan.rows * plan.unit));
          }
          await expectPart(
            at,
            tiles.map((tile) => rowsPart(tile, at.context)),
            [k],
            "rows",
          );
        }),
        { numRuns: 25 },
      );
    },
  );

  it("products of weights and bias of one position are formed together", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const at = setUp(shape);
        const [weight, bias] = at.plan.slice(4);
        expect([weight.method, bias.method]).toEqual(["products", "products"]);
        await expectPart(at, [productsPart([weight.uses[0], bias.uses[0]], at.context)], [4, 5], "products");
      }),
      { numRuns: 25 },
    );
  });

  it.each([0, 1])(
    "kernel %i of convolutions: gradients formed at the end from inputs and cotangents",
    async (k) => {
      await fc.assert(
        fc.asyncProperty(shapes, fc.integer({ min: 1, max: 300 }), async (shape, numbers) => {
          const at = setUp(shape, convolutions);
          const plan = at.plan[k];
          const uses = gradientUses(plan)!;
          expect(uses.length).toBe(plan.uses.length);
          await expectPart(at, [deferredRowsPart(plan, uses, numbers, at.context)], [k], "deferred");
        }),
        { numRuns: 40 },
      );
    },
  );

  it("weights that more than convolutions use are not deferred", () => {
    expect(
      setUp({ n: 1, outputs: 1, seed: 1, capacity: 1, together: 1 }).plan.map(
        (plan) => gradientUses(plan) !== undefined,
      ),
    ).toEqual([true, ...Array(5).fill(false)]);
  });

  it("parts of convolutions fit in memory, group by group, and give all of K", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 20_000 }), async (shape, memoryLimit) => {
        const at = setUp(shape, convolutions);
        const groups = gramParts(at.plan, memoryLimit, at.context);
        for (const parts of groups) {
          const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
          if (parts.length > 1) expect(bytes).toBeLessThanOrEqual(memoryLimit);
        }
        await expectPart(
          at,
          groups.flat(),
          at.plan.map((_, k) => k),
          "all parts",
        );
      }),
      { numRuns: 40 },
    );
  });

  it.each([network, convolutions])("several parameters share a tile: %o", async (build) => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 80 }), async (shape, columns) => {
        const at = setUp(shape, build);
        const tiles = columnTiles(at.plan, columns);
        const parts = tiles.map((tile) => rowsPart(tile, at.context));
        await expectPart(
          at,
          parts,
          at.plan.map((_, k) => k),
          "all rows",
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe("choice of method", () => {
  const chosen = (graph: Graph, samples: number, outputs: number) => {
    const context = { kernels, math: plainVectorMath, precision, capacity: 1 } as const;
    const { evaluation } = chunks(graph, arrayInputs(new Float64Array(0), 1), context);
    return gramPlan(graph, (node) => evaluation.sharesOf(node), samples, outputs).map(({ method }) => method);
  };
  const convolution = (channels: number, side: number) => {
    const g = graphBuilder([channels, side, side]);
    const kernel = g.parameter("w", [channels, channels, 3, 3], "weight");
    return g.finish(g.apply(conv2d({ padding: [1, 1, 1, 1], bias: false }), [g.input], [kernel]));
  };

  it("forms per-sample gradients for many positions and few weights, pairs for the opposite", () => {
    expect(chosen(convolution(3, 16), 100, 1)).toEqual(["rows"]);
    expect(chosen(convolution(64, 2), 100, 1)).toEqual(["pairs"]);
  });
});
