import { expect, it } from "vitest";
import { describeGraph } from "../../../src/models/network/describeGraph.ts";
import { graphBuilder } from "../../../src/models/network/graph.ts";
import { add } from "../../../src/models/network/operations/add.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";

it("describeGraph lists nodes, shapes, parameters and where a node reads something else than the one before", () => {
  const b = graphBuilder([2, 15]);
  const weight = b.parameter("first.weight", [30, 30], "weight");
  const bias = b.parameter("first.bias", [30], "bias");
  const flat = b.reshape(b.input, [30]);
  const first = b.apply(dense(), [flat], [weight, bias]);
  const again = b.apply(dense({ bias: false }), [flat], [weight]);
  const graph = b.finish(b.apply(add(), [first, again]));
  expect(describeGraph(graph).split("\n")).toEqual([
    "node  operation       output  parameters",
    "      input           2×15",
    "0     dense           30      first.weight (30×30), first.bias (30)",
    "1     dense of input  30      first.weight (30×30)",
    "2     add of 0, 1     30",
    "p = 930 parameters",
  ]);
});
