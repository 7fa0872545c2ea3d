/** What only the native kernels do: finding a library, handing it memory, and leaving this thread free. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import { openNativeKernels } from "../../../src/linalg/kernels/native.ts";
import { measureSpeed } from "../../../src/linalg/kernels/speed.ts";
import { block, matrix, rowMajor } from "../../../src/linalg/matrix.ts";
import { fill, maxAbsolute, product, seededUniform } from "../../reference/dense.ts";

const absence = await openNativeKernels().then(
  () => undefined,
  (error: Error) => error.message,
);
const skipped = absence !== undefined && !process.env.CI;

describe.skipIf(skipped)(skipped ? `native (not on this machine: ${absence})` : "native", () => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await openNativeKernels({ threads: 1 });
  });
  afterAll(() => kernels.close());

  test("arrays that begin inside a buffer are read and written where they begin, whatever their size", async () => {
    for (const kind of [Float32Array, Float64Array]) {
      // 64 bytes and less live on V8's own heap, where the collector may move them.
      for (const n of [2, 5, 100]) {
        const pad = 3;
        const bytes = kind.BYTES_PER_ELEMENT;
        const buffer = new ArrayBuffer((3 * n * n + 2 * pad) * bytes);
        const whole = new kind(buffer);
        const part = (k: number) => rowMajor(n, n, new kind(buffer, (pad + k * n * n) * bytes, n * n));
        const [a, b, c] = [part(0), part(1), part(2)];
        for (let k = 0; k < n * n; k++) {
          a.data[k] = k % 7;
          b.data[k] = (k % 5) - 2;
        }
        kernels.gemm(1, a, b, 0, c);
        const expected = product(a, b);
        expect(Float64Array.from(c.data).map((x) => x + 0)).toEqual(expected.data.map((x) => x + 0));
        c.data.fill(0);
        await kernels.background.gemm(1, a, b, 0, c);
        expect(Float64Array.from(c.data).map((x) => x + 0)).toEqual(expected.data.map((x) => x + 0));
        expect([...whole.subarray(0, pad), ...whole.subarray(whole.length - pad)]).toEqual(
          Array(2 * pad).fill(0),
        );
      }
    }
  });

  test("the event loop turns while a large background call runs", async () => {
    const n = 600;
    const a = matrix(n, n, new Float64Array(n * n).fill(1));
    let turns = 0;
    const turn = setInterval(() => turns++, 0);
    for (const work of [
      () => kernels.background.gemm(1, a, a, 0, matrix(n, n)),
      () => kernels.background.syrk(1, a, 0, matrix(n, n)),
      () => kernels.background.trmm(a, matrix(n, n)),
      () => kernels.background.symmetricEigen(a),
      () => kernels.background.symmetricEigenvalues(a),
    ]) {
      turns = 0;
      // on a busy machine a call may be done before this thread is on again; one that blocks it never lets it turn
      for (let calls = 0; turns === 0 && calls < 100; calls++) await work();
      expect(turns).toBeGreaterThan(0);
    }
    clearInterval(turn);
  });

  test("results of background calls survive garbage collection while they run", async () => {
    const uniform = seededUniform(3);
    const n = 300;
    const a = fill(n, n, uniform);
    const expected = matrix(n, n);
    kernels.gemm(1, a, a, 0, expected);
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const c = matrix(n, n);
        const done = kernels.background.gemm(1, { ...a, data: a.data.slice() }, a, 0, c);
        for (let k = 0; k < 20; k++) new Float64Array(1e6).fill(k);
        await done;
        return c;
      }),
    );
    for (const c of results) expect(c.data).toEqual(expected.data);
  });

  test("close waits for background calls", async () => {
    const other = await openNativeKernels({ threads: 1 });
    const n = 400;
    const a = matrix(n, n, new Float64Array(n * n).fill(1));
    const c = matrix(n, n);
    const done = other.background.gemm(1, a, a, 0, c);
    await other.close();
    expect(maxAbsolute(c)).toBe(n);
    await done;
  });

  test("views that leave their array are refused, as is a mix of precisions", () => {
    const a = matrix(4, 4);
    const outside = { ...block(a, 1, 1, 3, 3), rows: 4 };
    expect(() => kernels.gemm(1, outside, matrix(3, 2), 0, matrix(4, 2))).toThrow(
      /elements 5 to 19 of an array of 16/,
    );
    expect(() => kernels.gemm(1, matrix(4, 4), a, 0, { ...a, offset: 1 })).toThrow(RangeError);
    expect(() => kernels.syrk(1, { ...a, rowStride: -4 }, 0, matrix(4, 4))).toThrow(RangeError);
    expect(() => kernels.gemv(1, { ...a, offset: 1 }, a.data.subarray(4, 8), 0, new Float64Array(4))).toThrow(
      RangeError,
    );
    expect(() => kernels.symmetricEigen({ ...a, offset: 1 })).toThrow(RangeError);
    const single = rowMajor(4, 4, new Float32Array(16));
    expect(() => kernels.gemm<Float32Array | Float64Array>(1, a, single, 0, matrix(4, 4))).toThrow(
      /one precision/,
    );
  });

  test("extents beyond a 32-bit integer are refused before anything is allocated", () => {
    const long = { ...matrix(1, 1), columns: 2 ** 31, columnStride: 0 };
    const tall = { ...matrix(1, 1), rows: 2 ** 31, rowStride: 0 };
    expect(() => kernels.gemm(1, long, tall, 0, matrix(1, 1))).toThrow(
      new RegExp(`1×${2 ** 31}.*at most ${2 ** 31 - 1}`),
    );
    expect(() => kernels.syrk(1, long, 0, matrix(1, 1))).toThrow(RangeError);
    const huge = { ...matrix(1, 1), rows: 32767, columns: 32767, rowStride: 0, columnStride: 0 };
    expect(() => kernels.symmetricEigen(huge)).toThrow(/at most 32766/);
  });

  test("its speed is measured even where the time allows one run only", () => {
    for (const figure of Object.values(measureSpeed(kernels, { seconds: 0 }))) {
      expect(figure).toBeGreaterThan(0);
      expect(figure).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });

  test("threads: as asked, within the library's own limit, at least 1", async () => {
    const [one, two, available] = [
      await openNativeKernels({ threads: 1 }),
      await openNativeKernels({ threads: 2 }),
      await openNativeKernels(),
    ];
    expect(one.threads).toBe(1);
    expect(two.threads).toBeLessThanOrEqual(2);
    expect(available.threads).toBeGreaterThanOrEqual(1);
    for (const threads of [0, -1, 1.5, Number.NaN])
      await expect(openNativeKernels({ threads })).rejects.toThrow(RangeError);
  });
});

test("a library that does not open is an InputError of one line that names it and what to do", async () => {
  const missing = openNativeKernels({ library: "/nowhere/libnothing.so" });
  await expect(missing).rejects.toThrow(InputError);
  await expect(missing).rejects.toThrow(
    /^native kernels: .*\/nowhere\/libnothing\.so \(.*NOISEGEO_BLAS[^\n]*$/,
  );
});

test.skipIf(process.platform !== "linux")(
  "a library without BLAS is refused for what it lacks (Linux: libm)",
  async () => {
    await expect(openNativeKernels({ library: "libm.so.6" })).rejects.toThrow(
      /libm\.so\.6 \(without cblas_sgemm/,
    );
  },
);
