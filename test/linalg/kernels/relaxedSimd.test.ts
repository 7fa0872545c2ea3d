/** Where multiply-add is fused, and what that does to the bits: a product summed once rounded, or twice. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import { fusesMultiplyAdd } from "../../../src/linalg/kernels/relaxedSimd.ts";
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import { type FloatArray, rowMajor } from "../../../src/linalg/matrix.ts";
import { seededUniform } from "../../reference/dense.ts";
import type { FloatArrayClass } from "./conformanceViews.ts";
import { wasmKinds } from "./wasmKinds.ts";

afterEach(() => vi.restoreAllMocks());

type MultiplyAdd = (x: number, y: number, sum: number) => number;

/** x·y + sum rounded once, for multiples of 2⁻²⁴ or 2⁻⁵³ below 1: in float32 float64 holds it, in float64 an integer. */
const once = (kind: FloatArrayClass): MultiplyAdd =>
  kind === Float32Array
    ? (x, y, sum) => Math.fround(x * y + sum)
    : (x, y, sum) => Number(BigInt(x * 2 ** 53) * BigInt(y * 2 ** 53) + BigInt(sum * 2 ** 106)) / 2 ** 106;

const twice = (kind: FloatArrayClass): MultiplyAdd =>
  kind === Float32Array ? (x, y, sum) => Math.fround(Math.fround(x * y) + sum) : (x, y, sum) => x * y + sum;

describe.each(wasmKinds)("$name", ({ name, relaxed }) => {
  test.each([Float32Array, Float64Array])(
    "%o: every sum to the bit, in the order of the depth",
    async (kind) => {
      const kernels = await openWasmKernels({ relaxed });
      expect(kernels.name).toBe(name);
      expect(/fused/.test(kernels.description)).toBe(relaxed);
      // Twelve terms below 1: their sum stays within what float64 holds of float32 products.
      const [n, depth] = [37, 12];
      const grain = kind === Float32Array ? 2 ** 24 : 2 ** 53;
      const uniform = seededUniform(n);
      const random = (rows: number, columns: number) => {
        const data = new kind(rows * columns).map(() => Math.round(uniform() * grain) / grain);
        return rowMajor<FloatArray>(rows, columns, data as FloatArray);
      };
      const [a, b, c] = [random(n, depth), random(depth, n), random(n, n)];
      kernels.gemm(1, a, b, 0, c);
      const summed = (multiplyAdd: MultiplyAdd) =>
        Array.from({ length: n * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let sum = 0;
          for (let k = 0; k < depth; k++) sum = multiplyAdd(a.data[i * depth + k], b.data[k * n + j], sum);
          return sum;
        });
      const [fused, unfused] = [summed(once(kind)), summed(twice(kind))];
      expect(fused).not.toEqual(unfused);
      expect(Array.from(c.data)).toEqual(relaxed ? fused : unfused);
      await kernels.close();
    },
  );
});

test("an engine without the instruction, and one that rounds twice, do not fuse: relaxed kernels are refused", async () => {
  const refused = async () => {
    expect(fusesMultiplyAdd()).toBe(false);
    await expect(openWasmKernels({ relaxed: true })).rejects.toThrow(InputError);
    await expect(openWasmKernels({ relaxed: true })).rejects.toThrow(/wasm-relaxed kernels: expected/);
  };
  const validate = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  await refused();
  validate.mockReturnValue(true);
  vi.spyOn(WebAssembly, "Module").mockImplementation(class {} as never);
  const instance = class {
    readonly exports = { f: twice(Float64Array) };
  };
  vi.spyOn(WebAssembly, "Instance").mockImplementation(instance as never);
  await refused();
});
