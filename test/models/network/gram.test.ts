import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrayInputs } from "../../../src/data/dataset/inputBlocks.ts";
import { matrix } from "../../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { silu } from "../../../src/models/activations.ts";
import { chunks } from "../../../src/models/network/chunks.ts";
import { columnTiles } from "../../../src/models/network/gram/columnTiles.ts";
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
}
const shapes: fc.Arbitrary<Shape> = fc.record({
  n: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
  capacity: fc.integer({ min: 1, max: 5 }),
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

function setUp({ n, outputs, seed, capacity }: Shape) {
  const stream = createStream(seed);
  const graph = network(outputs);
  const inputs = stream.split("inputs").gaussians(new Float64Array(n * 12));
  const theta = stream.split("theta").gaussians(new Float64Array(parameterCount(graph)), 0.7);
  const context = { kernels, math: plainVectorMath, precision } as const;
  const sweep = chunks(graph, arrayInputs(inputs, 12), { ...context, capacity: Math.min(n, capacity) });
  const plan = gramPlan(graph, (node) => sweep.evaluation.sharesOf(node), n, outputs);
  return { graph, theta, sweep, plan, context: { ...context, samples: n, outputs } };
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
function collect({ sweep, theta, context }: SetUp, parts: readonly CollectedPart[]): void {
  const { outputs } = context;
  for (const part of parts) part.begin();
  for (const { start, count } of sweep.sweep(theta)) {
    for (let output = 0; output < outputs; output++) {
      const cotangent = new Float64Array(count * outputs);
      for (let i = 0; i < count; i++) cotangent[i * outputs + output] = 1;
      sweep.evaluation.visitParameterUses(cotangent, (use) => {
        for (const part of parts) if (part.nodes.includes(use.node)) part.take(use, { start, output });
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
          const covered = tiles.flat().reduce((sum, { from, to }) => sum + to - from, 0);
          expect(covered).toBe(plan.size);
          for (const tile of tiles) {
            const width = tile.reduce((sum, { from, to }) => sum + to - from, 0);
            const unit = plan.uses[0].share.kind === "outer" ? plan.uses[0].share.left : 1;
            expect(width).toBeLessThanOrEqual(Math.max(columns, unit));
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

  it("several parameters share a tile", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 80 }), async (shape, columns) => {
        const at = setUp(shape);
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
