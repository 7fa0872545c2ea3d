import { describe, expect, test } from "vitest";
import { doubles, float, int, int64s, ints, node } from "../onnxFile.ts";
import { expectNumbers, run, times, turned, w, x } from "../onnxOutputs.ts";

describe("matrix products", () => {
  test.each([
    { transB: 0, transA: 0 },
    { transB: 1, transA: 0 },
    { transB: 0, transA: 1 },
    { transB: 1, transA: 1 },
  ])("Gemm with %o and multiples", async ({ transA, transB }) => {
    const nodes = [
      node("Reshape", ["x", "shape"], "a"),
      node("Gemm", ["a", "w", "c"], "y", {
        transA: int(transA),
        transB: int(transB),
        alpha: float(0.5),
        beta: float(2),
      }),
    ];
    const tensors = [
      int64s("shape", transA ? [2, 2] : [2, 2]),
      doubles("w", transB ? [3, 2] : [2, 3], w.slice(0, 6)),
      doubles("c", [3], [1, 2, 3]),
    ];
    const { values, shape, parameters } = await run({ nodes, tensors });
    const a = transA ? turned(x, 2) : x;
    const b = transB ? turned(w.slice(0, 6), 3) : w.slice(0, 6);
    expectNumbers(
      values,
      times(a, 2, b, 3).map((value, k) => 0.5 * value + 2 * [1, 2, 3][k % 3]),
    );
    expect(shape).toEqual([2, 3]);
    expect(parameters).toEqual(["w", "c"]);
  });

  test("MatMul and Add become one dense layer, whichever comes first", async () => {
    const nodes = [node("MatMul", ["x", "w"], "h"), node("Add", ["b", "h"])];
    const tensors = [doubles("w", [4, 3], w), doubles("b", [3], [1, 2, 3])];
    const { values, operations } = await run({ nodes, tensors });
    expectNumbers(
      values,
      times(x, 1, w, 3).map((value, k) => value + k + 1),
    );
    expect(operations).toEqual(["dense"]);
  });

  test("a layer without bias that is used otherwise too stays", async () => {
    const nodes = [node("MatMul", ["x", "w"], "h"), node("Add", ["h", "b"], "a"), node("Mul", ["h", "a"])];
    const tensors = [doubles("w", [4, 3], w), doubles("b", [3], [1, 2, 3])];
    const product = times(x, 1, w, 3);
    const { values } = await run({ nodes, tensors });
    expectNumbers(
      values,
      product.map((value, k) => value * (value + k + 1)),
    );
  });

  test("MatMul by a vector, by a stack of matrices, and from the left", async () => {
    const vector = await run({
      nodes: [node("MatMul", ["x", "v"])],
      tensors: [doubles("v", [4], w.slice(0, 4))],
    });
    expectNumbers(vector.values, times(x, 1, w.slice(0, 4), 1));
    expect(vector.shape).toEqual([]);

    const stack = await run({
      input: ["n", 2, 1, 2],
      nodes: [node("MatMul", ["x", "w"])],
      tensors: [doubles("w", [2, 2, 3], w)],
    });
    expect(stack.shape).toEqual([2, 1, 3]);
    expectNumbers(stack.values, [
      ...times(x.slice(0, 2), 1, w.slice(0, 6), 3),
      ...times(x.slice(2), 1, w.slice(6), 3),
    ]);

    const left = await run({
      input: ["n", 4, 1],
      nodes: [node("MatMul", ["w", "x"])],
      tensors: [doubles("w", [3, 4], w)],
    });
    expect(left.shape).toEqual([3, 1]);
    expectNumbers(left.values, times(w, 3, x, 1));
    expect(left.parameters).toEqual(["w"]);
  });

  test("one weight as it is and transposed is one parameter", async () => {
    const nodes = [
      node("Transpose", ["w"], "t", { perm: ints(1, 0) }),
      node("MatMul", ["x", "w"], "h"),
      node("MatMul", ["h", "t"]),
    ];
    const { values, parameters } = await run({ nodes, tensors: [doubles("w", [4, 3], w)] });
    expectNumbers(values, times(times(x, 1, w, 3), 1, turned(w, 4), 4));
    expect(parameters).toEqual(["w"]);
  });

  test("a reshaped weight that is then transposed", async () => {
    const nodes = [
      node("Reshape", ["w", "shape"], "r"),
      node("Transpose", ["r"], "t"),
      node("MatMul", ["x", "t"]),
    ];
    const tensors = [doubles("w", [6, 2], w), int64s("shape", [3, 4])];
    const { values } = await run({ nodes, tensors });
    expectNumbers(values, times(x, 1, turned(w, 3), 3));
  });

  test("a multiple of a weight is differentiated by the weight", async () => {
    const nodes = [node("Mul", ["w", "two"], "v"), node("MatMul", ["x", "v"])];
    const { values, parameters } = await run({
      nodes,
      tensors: [doubles("w", [4, 3], w), doubles("two", [], [2])],
    });
    expectNumbers(
      values,
      times(x, 1, w, 3).map((value) => 2 * value),
    );
    expect(parameters).toEqual(["w"]);
  });

  test("one stack of matrices by many", async () => {
    const nodes = [
      node("Reshape", ["x", "one"], "a"),
      node("Reshape", ["x", "two"], "b"),
      node("MatMul", ["a", "b"]),
    ];
    const tensors = [int64s("one", [1, 1, 2, 2]), int64s("two", [1, 2, 2, 1])];
    const { values, shape } = await run({ nodes, tensors });
    expect(shape).toEqual([2, 2, 1]);
    expectNumbers(values, [...times(x, 2, x.slice(0, 2), 1), ...times(x, 2, x.slice(2), 1)]);
  });
});
