import { describe, expect, test } from "vitest";
import { doubles, int, ints, node, text } from "../onnxFile.ts";
import { expectNumbers, run, w, x } from "../onnxOutputs.ts";

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
