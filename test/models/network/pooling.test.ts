import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { Operation } from "../../../src/models/network/operation.ts";
import { averagePool2d } from "../../../src/models/network/operations/averagePool2d.ts";
import { globalAveragePool } from "../../../src/models/network/operations/globalAveragePool.ts";
import { maxPool2d } from "../../../src/models/network/operations/maxPool2d.ts";
import { createStream } from "../../../src/random/index.ts";
import type { RandomStream } from "../../../src/random/stream.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { placesAlong, windowAt } from "../../reference/naiveWindows.ts";
import { checkRule } from "./ruleChecks.ts";
import { type WindowSetting, windows } from "./windows.ts";

const pooled = fc.record({
  window: windows({ padding: 1 }),
  ceilMode: fc.boolean(),
  countIncludePadding: fc.boolean(),
  channels: fc.integer({ min: 1, max: 3 }),
  count: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});

/** Values whose order no step of a finite difference changes. */
const apart = (_input: number, length: number, stream: RandomStream) => {
  const values = Float64Array.from({ length }, (_, i) => 0.25 * i);
  for (let i = length - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
};

/** The output for one image. */
function forward(operation: Operation, image: number[], x: Float64Array): { shape: number[]; y: number[] } {
  const shape = [...operation.outputShape([image], [])];
  const output = new Float64Array(shape.reduce((size, length) => size * length, 1)).fill(Number.NaN);
  const context = {
    kernels: naiveKernels,
    math: plainVectorMath,
    precision: "float64" as const,
    capacity: 1,
  };
  operation.bind([image], [], context).forward({ count: 1, inputs: [x], parameters: [], output });
  return { shape, y: [...output] };
}
const counting = (length: number) => Float64Array.from({ length }, (_, i) => i + 1);

type Pixels = (number | undefined)[];
const present = (pixels: Pixels) => pixels.filter((pixel) => pixel !== undefined);

/** Holds an operation against its definition, window by window, and against the laws of a rule; or expects an error where a window is empty. */
function expectPooling(
  operation: Operation,
  setting: { window: WindowSetting; ceilMode: boolean; channels: number; count: number; seed: number },
  definition: (pixels: Pixels, place: [number, number]) => number,
): void {
  const { window, ceilMode, channels, count, seed } = setting;
  const { sliding, height, width } = window;
  const image = [channels, height, width];
  const stream = createStream(seed);
  const x = apart(0, channels * height * width, stream);
  const rows = placesAlong(0, height, sliding, ceilMode);
  const columns = placesAlong(1, width, sliding, ceilMode);
  const places = Array.from({ length: rows * columns }, (_, k): [number, number] => [
    Math.floor(k / columns),
    k % columns,
  ]);
  const at = (channel: number, place: [number, number]) =>
    windowAt(x, [height, width], channel, sliding, place);
  if (places.some((place) => present(at(0, place)).length === 0)) {
    expect(() => operation.outputShape([image], [])).toThrow(/lie in the padding .* alone/);
    return;
  }
  const { shape, y } = forward(operation, image, x);
  expect(shape).toEqual([channels, rows, columns]);
  const expected = Array.from({ length: channels }, (_, channel) =>
    places.map((place) => definition(at(channel, place), place)),
  );
  for (const [k, value] of expected.flat().entries()) expect(y[k]).toBeCloseTo(value, 12);
  checkRule({ operation, inputs: [image], count, stream, draw: apart });
}

describe("maxPool2d", () => {
  it("takes the maximum under each window, and obeys the laws of a rule", () => {
    fc.assert(
      fc.property(pooled, (setting) => {
        expectPooling(
          maxPool2d({ ...setting.window.sliding, ceilMode: setting.ceilMode }),
          setting,
          (pixels) => Math.max(...present(pixels)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("gives the first of equal maxima the derivative, and lets NaN through", () => {
    const operation = maxPool2d({ kernel: [2, 2] });
    const context = {
      kernels: naiveKernels,
      math: plainVectorMath,
      precision: "float64" as const,
      capacity: 1,
    };
    const rule = operation.bind([[1, 2, 4]], [], context);
    const x = Float64Array.of(1, 2, 0, 0, 2, 2, Number.NaN, 5);
    const point = { count: 1, inputs: [x], parameters: [], output: new Float64Array(2) };
    rule.forward(point);
    expect([...point.output]).toEqual([2, Number.NaN]);
    const target = new Float64Array(8);
    rule.vjp(point, Float64Array.of(10, 20), [target]);
    expect([...target]).toEqual([0, 10, 0, 0, 0, 0, 20, 0]);
  });

  it("counts windows in ceil mode as PyTorch", () => {
    // from torch.nn.functional.max_pool2d on 1, 2, 3, … with ceil_mode: a last window must not begin in the padding
    const pool = (side: number, kernel: number, stride: number, padding: number) =>
      forward(
        maxPool2d({
          kernel: [kernel, kernel],
          stride: [stride, stride],
          padding: [padding, padding, padding, padding],
          ceilMode: true,
        }),
        [1, side, side],
        counting(side * side),
      );
    expect(pool(5, 3, 3, 1)).toEqual({ shape: [1, 2, 2], y: [7, 10, 22, 25] });
    expect(pool(5, 2, 2, 1)).toEqual({ shape: [1, 3, 3], y: [1, 3, 5, 11, 13, 15, 21, 23, 25] });
    expect(pool(4, 2, 3, 0)).toEqual({ shape: [1, 2, 2], y: [6, 8, 14, 16] });
    expect(pool(2, 3, 2, 0)).toEqual({ shape: [1, 1, 1], y: [4] });
  });

  it("says what does not fit, in one line", () => {
    expect(() => maxPool2d({ kernel: [3, 3] }).outputShape([[8, 2, 5]], [])).toThrow(
      "maxPool2d: a kernel of 3×3 does not fit an image of 2×5 with padding [0, 0, 0, 0] (top, left, bottom, right); use larger images",
    );
    expect(() => maxPool2d({ kernel: [1, 1], padding: [0, 1, 0, 0] }).outputShape([[1, 4, 4]], [])).toThrow(
      "maxPool2d: expected every window to hold a pixel, but columns of a 1×1 kernel lie in the padding [0, 1, 0, 0] alone on an image of 4×4",
    );
  });
});

describe("averagePool2d", () => {
  it("averages what counts under each window, and obeys the laws of a rule", () => {
    fc.assert(
      fc.property(pooled, (drawn) => {
        const { window, ceilMode, countIncludePadding } = drawn;
        const { kernel, stride, padding } = window.sliding;
        const sliding = { ...window.sliding, dilation: [1, 1] as const };
        const { height, width } = window;
        const operation = averagePool2d({ kernel, stride, padding, ceilMode, countIncludePadding });
        const setting = { ...drawn, window: { sliding, height, width } };
        expectPooling(operation, setting, (pixels, place) => {
          const inPadded = pixels.filter((_, tap) => {
            const y = place[0] * stride[0] + Math.floor(tap / kernel[1]);
            const x = place[1] * stride[1] + (tap % kernel[1]);
            return y < height + padding[0] + padding[2] && x < width + padding[1] + padding[3];
          });
          const counted = countIncludePadding ? inPadded.length : present(pixels).length;
          return present(pixels).reduce((sum, pixel) => sum + pixel, 0) / counted;
        });
      }),
      { numRuns: 100 },
    );
  });

  it("divides as PyTorch in ceil mode", () => {
    // from torch.nn.functional.avg_pool2d on 1, 2, 3, … with ceil_mode, for both values of count_include_pad
    const pool = (side: number, kernel: number, stride: number, countIncludePadding: boolean) => {
      const { y } = forward(
        averagePool2d({
          kernel: [kernel, kernel],
          stride: [stride, stride],
          padding: [1, 1, 1, 1],
          ceilMode: true,
          countIncludePadding,
        }),
        [1, side, side],
        counting(side * side),
      );
      return y;
    };
    expect(pool(5, 2, 2, true)).toEqual([0.25, 1.25, 2.25, 4.25, 10, 12, 9.25, 20, 22]);
    expect(pool(5, 2, 2, false)).toEqual([1, 2.5, 4.5, 8.5, 10, 12, 18.5, 20, 22]);
    expect(pool(4, 3, 3, true)).toEqual([14 / 9, 22 / 9, 46 / 9, 6]);
    expect(pool(6, 3, 2, true)).toEqual([2, 4, 16 / 3, 3, 9, 15, 17, 9, 17, 27, 29, 15, 10.5, 16.5, 17.5, 9]);
    expect(pool(6, 3, 2, false)).toEqual([
      4.5, 6, 8, 9, 13.5, 15, 17, 18, 25.5, 27, 29, 30, 31.5, 33, 35, 36,
    ]);
  });
});

describe("globalAveragePool", () => {
  it("averages each channel, and obeys the laws of a rule", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (image, count, seed) => {
          const stream = createStream(seed);
          checkRule({ operation: globalAveragePool(), inputs: [image], count, stream });
          const pixels = image.slice(1).reduce((size, length) => size * length, 1);
          const { shape, y } = forward(globalAveragePool(), image, counting(image[0] * pixels));
          expect(shape).toEqual([image[0]]);
          for (const [c, value] of y.entries()) expect(value).toBeCloseTo(c * pixels + (pixels + 1) / 2, 12);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("says what shape it needs", () => {
    expect(() => globalAveragePool().outputShape([[10]], [])).toThrow(
      /at least one axis to average over, got shape 10/,
    );
  });
});
