import { expect, it } from "vitest";
import { arrayInputs } from "../../../src/data/dataset/inputBlocks.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { chunks } from "../../../src/models/network/chunks.ts";
import { graphBuilder } from "../../../src/models/network/graph.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { naiveKernels as kernels } from "../../reference/naiveKernels.ts";

it("reads inputs anew for other samples, not for another θ", () => {
  const g = graphBuilder([1]);
  const graph = g.finish(g.apply(dense({ bias: false }), [g.input], [g.parameter("w", [1, 1], "weight")]));
  const inputs = arrayInputs(Float64Array.of(1, 2, 3), 1);
  const reads: number[][] = [];
  const counted: typeof inputs = {
    ...inputs,
    read(samples, target) {
      reads.push([...samples]);
      inputs.read(samples, target);
    },
  };
  const options = { kernels, math: plainVectorMath, precision: "float64", capacity: 2 } as const;
  const all = chunks(graph, counted, options);
  const outputs = (of: typeof all, theta: number, most?: number) => {
    const values: number[] = [];
    for (const chunk of of.sweep(Float64Array.of(theta), most)) values.push(...chunk.outputs);
    return values;
  };

  const pair = all.of(Int32Array.of(2, 0));
  expect(outputs(pair, 10)).toEqual([30, 10]);
  expect(outputs(pair, 20)).toEqual([60, 20]);
  expect(reads.splice(0)).toEqual([[2, 0]]);
  expect(outputs(all.of(Int32Array.of(2, 1)), 20)).toEqual([60, 40]);
  expect(reads.splice(0)).toEqual([[2, 1]]);
  expect(outputs(all, 20)).toEqual([20, 40, 60]);
  expect(outputs(all, 30)).toEqual([30, 60, 90]);
  expect(reads.splice(0)).toEqual([[0, 1], [2], [0, 1], [2]]);
  expect(outputs(all, 30, 1)).toEqual([30, 60, 90]);
  expect(reads).toEqual([[0], [1], [2]]);
});
