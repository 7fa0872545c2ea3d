import { describe, expect, test } from "vitest";
import { normalCdf } from "../../../src/models/normalDistribution.ts";
import { doubles, float, int, int64s, ints, node, type OnnxSpec, tensor, text } from "./onnxFile.ts";
import { outputsOf, readSpec } from "./onnxOutputs.ts";

const x = [0.5, -1, 2, 0.25];

/** f(x) for one sample, and the names of the parameters. */
async function run(spec: OnnxSpec, input = x) {
  const model = await readSpec(spec);
  return {
    values: outputsOf(model, input),
    shape: model.output.shape,
    parameters: model.graph.parameters.map(({ name }) => name),
    operations: model.graph.nodes.map(({ operation }) => operation.name),
  };
}

function expectNumbers(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [k, value] of expected.entries()) expect(actual[k]).toBeCloseTo(value, 12);
}

/** Row-major a·b for a of `rows` rows. */
function times(a: readonly number[], rows: number, b: readonly number[], columns: number): number[] {
  const inner = a.length / rows;
  return Array.from({ length: rows * columns }, (_, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    return Array.from({ length: inner }, (_, m) => a[i * inner + m] * b[m * columns + j]).reduce(
      (p, q) => p + q,
    );
  });
}

const w = Array.from({ length: 12 }, (_, k) => Math.sin(k + 1));
const turned = (values: readonly number[], rows: number) => {
  const columns = values.length / rows;
  return values.map((_, k) => values[(k % rows) * columns + Math.floor(k / rows)]);
};

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
});

describe("shapes and parts", () => {
  test("Reshape keeps lengths by 0 and fills one by −1", async () => {
    const { shape } = await run(
      {
        input: ["n", 2, 3, 4],
        nodes: [node("Reshape", ["x", "s"])],
        tensors: [int64s("s", [0, 0, -1, 2])],
      },
      w.concat(w),
    );
    expect(shape).toEqual([2, 6, 2]);
  });

  test("a shape that is computed from the input's", async () => {
    const nodes = [
      node("Shape", ["x"], "s"),
      node("Gather", ["s", "first"], "n"),
      node("Unsqueeze", ["n", "zero"], "u"),
      node("Concat", ["u", "rest"], "t", { axis: int(0) }),
      node("Cast", ["t"], "i", { to: int(7) }),
      node("Reshape", ["x", "i"], "m"),
      node("Transpose", ["m"], "z", { perm: ints(0, 2, 1) }),
      node("Flatten", ["z"]),
    ];
    const tensors = [int64s("first", [0], []), int64s("zero", [0]), int64s("rest", [2, -1])];
    expectNumbers((await run({ nodes, tensors })).values, turned(x, 2));
  });

  test.each([
    { what: "halves by an attribute", opset: 11, more: { split: ints(1, 3) }, inputs: ["x"], sizes: [1, 3] },
    { what: "halves by an input", opset: 13, more: {}, inputs: ["x", "s"], sizes: [1, 3] },
    { what: "equal halves", opset: 13, more: {}, inputs: ["x"], sizes: [2, 2] },
    { what: "as many as said", opset: 18, more: { num_outputs: int(2) }, inputs: ["x"], sizes: [2, 2] },
  ])("Split into $what", async ({ opset, more, inputs, sizes }) => {
    const nodes = [
      node("Split", inputs, ["a", "b"], { axis: int(-1), ...more }),
      node("Concat", ["b", "a"], "y", { axis: int(1) }),
    ];
    const { values } = await run({ opset, nodes, tensors: [int64s("s", [1, 3])] });
    expectNumbers(values, [...x.slice(sizes[0]), ...x.slice(0, sizes[0])]);
  });

  test.each([
    { start: 1, end: 2 ** 31, step: 2, expected: [-1, 0.25] },
    { start: -3, end: -1, step: 1, expected: [-1, 2] },
    { start: -100, end: 3, step: 1, expected: [0.5, -1, 2] },
  ])("Slice from $start to $end by $step", async ({ start, end, step, expected }) => {
    const tensors = [int64s("s", [start]), int64s("e", [end]), int64s("a", [1]), int64s("t", [step])];
    const { values } = await run({ nodes: [node("Slice", ["x", "s", "e", "a", "t"])], tensors });
    expectNumbers(values, expected);
  });

  test("Gather of places, from the end and evenly spaced", async () => {
    const one = await run({
      nodes: [node("Gather", ["x", "i"], "y", { axis: int(1) })],
      tensors: [int64s("i", [-2], [])],
    });
    expect([one.values, one.shape]).toEqual([[2], []]);
    const two = await run({
      nodes: [node("Gather", ["x", "i"], "y", { axis: int(1) })],
      tensors: [int64s("i", [0, 2])],
    });
    expect([two.values, two.shape]).toEqual([[0.5, 2], [2]]);
  });

  test("Squeeze and Unsqueeze, by attributes and by inputs", async () => {
    for (const opset of [11, 13]) {
      const axes = (...list: number[]) => (opset < 13 ? { axes: ints(...list) } : {});
      const more = (name: string) => (opset < 13 ? [] : [name]);
      const nodes = [
        node("Unsqueeze", ["x", ...more("two")], "u", axes(-1, 1)),
        node("Squeeze", ["u", ...more("one")], "y", axes(1)),
      ];
      const { shape } = await run({ opset, nodes, tensors: [int64s("two", [-1, 1]), int64s("one", [1])] });
      expect(shape).toEqual([4, 1]);
    }
  });

  test("a class token, expanded to the batch and put before the others", async () => {
    const nodes = [
      node("Shape", ["x"], "s"),
      node("Gather", ["s", "zero"], "n"),
      node("Concat", ["n", "rest"], "sizes", { axis: int(0) }),
      node("ConstantOfShape", ["three"], "ones", { value: tensor(int64s("", [1])) }),
      node("Mul", ["ones", "minus"], "minuses"),
      node("Equal", ["sizes", "minuses"], "keep"),
      node("Where", ["keep", "ones", "sizes"], "target"),
      node("Expand", ["token", "target"], "tokens"),
      node("Concat", ["tokens", "x"], "y", { axis: int(1) }),
    ];
    const tensors = [
      int64s("zero", [0]),
      int64s("rest", [-1, -1]),
      int64s("three", [3]),
      int64s("minus", [-1], []),
      doubles("token", [1, 1, 2], [7, 8]),
    ];
    const { values, parameters, shape } = await run({ input: ["n", 2, 2], nodes, tensors });
    expectNumbers(values, [7, 8, ...x]);
    expect(parameters).toEqual(["token"]);
    expect(shape).toEqual([3, 2]);
  });

  test("learned positions by a Range of indices", async () => {
    const nodes = [
      node("Range", ["zero", "two", "one"], "i"),
      node("Gather", ["table", "i"], "p"),
      node("Add", ["x", "p"]),
    ];
    const tensors = [
      int64s("zero", [0], []),
      int64s("two", [2], []),
      int64s("one", [1], []),
      doubles("table", [3, 2], [1, 2, 3, 4, 5, 6]),
    ];
    const { values, parameters } = await run({ input: ["n", 2, 2], nodes, tensors });
    expectNumbers(
      values,
      x.map((value, k) => value + k + 1),
    );
    expect(parameters).toEqual(["table"]);
  });

  test("Pad of some axes", async () => {
    const tensors = [int64s("p", [1, 0, 0, 2]), doubles("v", [], [0]), int64s("a", [-1, 1])];
    const { values, shape } = await run({
      opset: 18,
      input: ["n", 2, 2],
      nodes: [node("Pad", ["x", "p", "v", "a"])],
      tensors,
    });
    expect(shape).toEqual([4, 3]);
    expectNumbers(values, [0, 0.5, -1, 0, 2, 0.25, 0, 0, 0, 0, 0, 0]);
  });
});

describe("elementwise", () => {
  test("what is subtracted or divides is no parameter", async () => {
    const nodes = [node("Sub", ["x", "mean"], "c"), node("Div", ["c", "deviation"])];
    const tensors = [doubles("mean", [4], [1, 2, 3, 4]), doubles("deviation", [1, 1], [2])];
    const { values, parameters } = await run({ nodes, tensors });
    expectNumbers(
      values,
      x.map((value, k) => (value - k - 1) / 2),
    );
    expect(parameters).toEqual([]);
  });

  test("single numbers and masks are no parameters, gains and terms are", async () => {
    const nodes = [
      node("Mul", ["x", "gain"], "g"),
      node("Add", ["g", "term"], "t"),
      node("Mul", ["two", "t"], "d"),
      node("Add", ["d", "mask"], "m"),
      node("Softmax", ["m"]),
    ];
    const tensors = [
      doubles("gain", [1, 4], [1, 2, 3, 4]),
      doubles("term", [1], [0.5]),
      doubles("two", [], [2]),
      doubles("mask", [4], [0, Number.NEGATIVE_INFINITY, 0, 0]),
    ];
    const { values, parameters } = await run({ nodes, tensors });
    expect(parameters).toEqual(["gain", "term"]);
    const raised = x.map((value, k) => (k === 1 ? 0 : Math.exp(2 * (value * (k + 1) + 0.5))));
    const sum = raised.reduce((a, b) => a + b);
    expectNumbers(
      values,
      raised.map((value) => value / sum),
    );
  });

  test("differences, opposites and powers of what is computed", async () => {
    const nodes = [
      node("Tanh", ["x"], "t"),
      node("Sub", ["x", "t"], "d"),
      node("Pow", ["d", "three"], "c"),
      node("Neg", ["c"], "n"),
      node("Sub", ["one", "n"]),
    ];
    const tensors = [doubles("three", [], [3]), doubles("one", [], [1])];
    expectNumbers(
      (await run({ nodes, tensors })).values,
      x.map((value) => 1 + (value - Math.tanh(value)) ** 3),
    );
  });

  const one = doubles("one", [], [1]);
  const half = doubles("half", [], [0.5]);
  test.each([
    { what: "PyTorch", last: [node("Mul", ["x", "e1"], "p"), node("Mul", ["p", "half"])] },
    { what: "half first", last: [node("Mul", ["half", "x"], "p"), node("Mul", ["p", "e1"])] },
    { what: "half with the gate", last: [node("Mul", ["e1", "half"], "p"), node("Mul", ["x", "p"])] },
  ])("GELU as $what writes it", async ({ last }) => {
    const nodes = [
      node("Mul", ["x", "s"], "r"),
      node("Erf", ["r"], "e"),
      node("Add", ["one", "e"], "e1"),
      ...last,
    ];
    const { values, operations } = await run({
      nodes,
      tensors: [one, half, doubles("s", [], [Math.SQRT1_2])],
    });
    expectNumbers(
      values,
      x.map((value) => value * normalCdf(value)),
    );
    expect(operations).toEqual(["gelu"]);
  });

  test("the tanh form of GELU by a power, and as an operator", async () => {
    const nodes = [
      node("Pow", ["x", "three"], "c"),
      node("Mul", ["c", "k"], "k3"),
      node("Add", ["x", "k3"], "sum"),
      node("Mul", ["sum", "s"], "u"),
      node("Tanh", ["u"], "t"),
      node("Add", ["t", "one"], "gate"),
      node("Mul", ["x", "half"], "h"),
      node("Mul", ["h", "gate"]),
    ];
    const slope = Math.sqrt(2 / Math.PI);
    const tensors = [
      one,
      half,
      doubles("three", [], [3]),
      doubles("k", [], [0.044715]),
      doubles("s", [], [slope]),
    ];
    const expected = x.map((v) => 0.5 * v * (1 + Math.tanh(slope * (v + 0.044715 * v ** 3))));
    const parts = await run({ nodes, tensors });
    expectNumbers(parts.values, expected);
    expect(parts.operations).toEqual(["geluTanh"]);
    const whole = await run({ opset: 20, nodes: [node("Gelu", ["x"], "y", { approximate: text("tanh") })] });
    expectNumbers(whole.values, expected);
  });

  test("products that only look like GELU are what they are", async () => {
    const nodes = [
      node("Mul", ["x", "s"], "u"),
      node("Tanh", ["u"], "t"),
      node("Add", ["t", "one"], "gate"),
      node("Mul", ["x", "gate"]),
    ];
    const { values } = await run({ nodes, tensors: [one, doubles("s", [], [0.7])] });
    expectNumbers(
      values,
      x.map((value) => value * (1 + Math.tanh(0.7 * value))),
    );
  });

  test("attributes in float32 mean the decimal number that was written", async () => {
    const { values } = await run({
      nodes: [node("LeakyRelu", ["x"], "y", { alpha: float(Math.fround(0.1)) })],
    });
    expect(values[1]).toBe(-0.1);
  });

  test.each([
    { opset: 11, axis: 1, groups: [[0, 1, 2, 3]] },
    {
      opset: 13,
      axis: 1,
      groups: [
        [0, 2],
        [1, 3],
      ],
    },
    {
      opset: 13,
      axis: -1,
      groups: [
        [0, 1],
        [2, 3],
      ],
    },
  ])("Softmax of opset $opset along axis $axis", async ({ opset, axis, groups }) => {
    const { values } = await run({
      opset,
      input: ["n", 2, 2],
      nodes: [node("Softmax", ["x"], "y", { axis: int(axis) })],
    });
    const expected = [0, 0, 0, 0];
    for (const group of groups) {
      const sum = group.reduce((total, k) => total + Math.exp(x[k]), 0);
      for (const k of group) expected[k] = Math.exp(x[k]) / sum;
    }
    expectNumbers(values, expected);
  });
});

describe("normalisation and means", () => {
  test.each([
    { opset: 13, more: { axes: ints(-1), keepdims: int(0) }, inputs: ["x"], expected: [-0.25, 1.125] },
    { opset: 18, more: {}, inputs: ["x", "a"], expected: [1.25, -0.375] },
    { opset: 18, more: { keepdims: int(0) }, inputs: ["x"], expected: [0.4375] },
    { opset: 18, more: { noop_with_empty_axes: int(1) }, inputs: ["x"], expected: x },
  ])("ReduceMean of opset $opset with $inputs", async ({ opset, more, inputs, expected }) => {
    const { values } = await run({
      opset,
      input: ["n", 2, 2],
      nodes: [node("ReduceMean", inputs, "y", more)],
      tensors: [int64s("a", [1])],
    });
    expectNumbers(values, expected);
  });

  test("LayerNormalization over two axes, with a scale alone", async () => {
    const { values, parameters } = await run({
      input: ["n", 2, 2],
      nodes: [node("LayerNormalization", ["x", "w"], "y", { axis: int(1), epsilon: float(0.5) })],
      tensors: [doubles("w", [2, 2], [1, 2, 3, 4])],
    });
    const mean = 0.4375;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
    expectNumbers(
      values,
      x.map((value, k) => ((k + 1) * (value - mean)) / Math.sqrt(variance + 0.5)),
    );
    expect(parameters).toEqual(["w"]);
  });

  test("batch norm without parameters, of vectors and with constants", async () => {
    const nodes = [
      node("Constant", [], "gain", { value: tensor(doubles("", [4], [1, 2, 3, 4])) }),
      node("Constant", [], "shift", { value: tensor(doubles("", [4], [0, 0, 1, 0])) }),
      node("BatchNormalization", ["x", "gain", "shift", "m", "v"], "y", { epsilon: float(0.5) }),
    ];
    const tensors = [doubles("m", [4], [1, 1, 1, 1]), doubles("v", [4], [0.5, 1.5, 3.5, 1.75])];
    const { values, parameters } = await run({ nodes, tensors });
    expectNumbers(values, [-0.5, -4 / Math.SQRT2, 3 / 2 + 1, -3 / 1.5]);
    expect(parameters).toEqual([]);
  });
});

describe("windows", () => {
  const image = Array.from({ length: 25 }, (_, k) => Math.sin(k));
  const filter = doubles("w", [1, 1, 2, 3], w.slice(0, 6));
  const conv = (attributes: Parameters<typeof node>[3]) => ({
    input: ["n", 1, 5, 5],
    nodes: [node("Conv", ["x", "w"], "y", attributes)],
    tensors: [filter],
  });
  test.each([
    { automatic: "SAME_UPPER", pads: [0, 1, 1, 1], strides: [2, 1] },
    { automatic: "SAME_LOWER", pads: [1, 1, 0, 1], strides: [2, 2] },
    { automatic: "VALID", pads: [0, 0, 0, 0], strides: [1, 1] },
  ])("auto_pad $automatic", async ({ automatic, pads, strides }) => {
    const said = await run(conv({ auto_pad: text(automatic), strides: ints(...strides) }), image);
    const written = await run(conv({ pads: ints(...pads), strides: ints(...strides) }), image);
    expect(said).toEqual(written);
  });

  test("a constant padding of zero under an average counts or not", async () => {
    const pool = (count: number) =>
      run(
        {
          input: [1, 1, 2, 2],
          nodes: [
            node("AveragePool", ["x"], "y", {
              kernel_shape: ints(2, 2),
              pads: ints(1, 1, 0, 0),
              count_include_pad: int(count),
            }),
          ],
        },
        x,
      );
    expectNumbers((await pool(1)).values, [0.5 / 4, -0.5 / 4, 2.5 / 4, 1.75 / 4]);
    expectNumbers((await pool(0)).values, [0.5, -0.25, 1.25, 1.75 / 4]);
  });

  test("GlobalMaxPool of lines", async () => {
    const { values, shape } = await run({ input: ["n", 2, 2], nodes: [node("GlobalMaxPool", ["x"])] });
    expect([values, shape]).toEqual([
      [0.5, 2],
      [2, 1],
    ]);
  });
});
