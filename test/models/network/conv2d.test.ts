import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openVectorMath } from "../../../src/linalg/kernels/openVectorMath.ts";
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import type { FloatArray } from "../../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { type Conv2dOptions, conv2d } from "../../../src/models/network/operations/conv2d.ts";
import { describeShape, type Shape, sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { placesAlong, windowAt } from "../../reference/naiveWindows.ts";
import { expectClose } from "../laws.ts";
import { checkRule } from "./ruleChecks.ts";
import { windows } from "./windows.ts";

const small = (min: number, max: number) => fc.integer({ min, max });

const convolution = fc.record({
  window: windows({ padding: 3 }),
  groups: small(1, 3),
  channelsEach: small(1, 2),
  filtersEach: small(1, 2),
  bias: fc.boolean(),
  count: small(1, 3),
  seed: fc.nat(),
});
type Convolution = typeof convolution extends fc.Arbitrary<infer T> ? T : never;

function shapesOf({
  window: { sliding, height, width },
  groups,
  channelsEach,
  filtersEach,
  bias,
}: Convolution) {
  const filters = groups * filtersEach;
  const { stride, padding, dilation } = sliding;
  const weight = [filters, channelsEach, ...sliding.kernel];
  return {
    operation: conv2d({ stride, padding, dilation, groups, bias }),
    inputs: [[groups * channelsEach, height, width]],
    parameters: bias ? [weight, [filters]] : [weight],
  };
}

/** Image, weight, count, options. */
const largeConvolutions: readonly (readonly [Shape, Shape, number, Conv2dOptions])[] = [
  [[8, 13, 14], [8, 8, 3, 3], 3, { padding: [1, 1, 1, 1] }],
  [[16, 16, 10], [4, 8, 2, 3], 3, { groups: 2, dilation: [2, 1], padding: [0, 3, 2, 0] }],
  [[8, 15, 18], [2, 8, 3, 2], 4, { stride: [1, 2], padding: [0, 1, 1, 1] }],
  // more weights than are put in another order together
  [[16, 13, 12], [17, 16, 2, 1], 4, {}],
  // more padding than the kernel reaches: mirrored filters begin inside the image
  [[8, 12, 12], [8, 8, 2, 2], 3, { padding: [3, 2, 2, 3] }],
  // patches beyond the size of a band
  [[16, 28, 28], [1, 16, 3, 3], 1, { padding: [1, 0, 1, 0] }],
  [[8, 31, 36], [1, 8, 3, 3], 1, { stride: [2, 1], dilation: [1, 2] }],
];

describe("conv2d", () => {
  it("obeys the laws of a rule for any stride, padding, dilation and groups", () => {
    fc.assert(
      fc.property(convolution, (setting) => {
        checkRule({
          ...shapesOf(setting),
          count: setting.count,
          stream: createStream(setting.seed),
        });
      }),
      { numRuns: 100 },
    );
  });

  it("obeys them at the sizes at which it goes by rows of the kernel, back by mirrored filters, and in bands", () => {
    for (const [image, weight, count, options] of largeConvolutions) {
      checkRule({
        operation: conv2d(options),
        inputs: [image],
        parameters: [weight, [weight[0]]],
        count,
        stream: createStream(image[1] * count),
      });
    }
  });

  it("gives the same numbers by the kernels in WebAssembly, on arrays that they share", async () => {
    const [kernels, math] = [await openWasmKernels({ threads: 1 }), await openVectorMath()];
    const stream = createStream(5);
    for (const [image, weight, count, options] of largeConvolutions) {
      const operation = conv2d(options);
      const parameters = [weight, [weight[0]]];
      const [expected, actual] = [
        { kernels: naiveKernels, math: plainVectorMath },
        { kernels, math },
      ].map((fast) => {
        const context = { ...fast, precision: "float64" as const, capacity: count };
        const draw = (label: string, shape: Shape, samples: number) => {
          const array = fast.math.allocate("float64", samples * sizeOf(shape)) as Float64Array;
          return stream.split(label).gaussians(array);
        };
        const shape = operation.outputShape([image], parameters);
        const rule = operation.bind([image], parameters, context);
        const point = {
          count,
          inputs: [draw("x", image, count)],
          parameters: parameters.map((of, k) => draw(`parameter ${k}`, of, 1)),
          output: draw("y", shape, count),
        };
        rule.forward(point);
        const cotangent = draw("cotangent", shape, count);
        const target = draw("target", image, count);
        rule.vjp(point, cotangent, [target]);
        const gradients = parameters.map((of, k) => draw(`gradient ${k}`, of, 1));
        rule.parameterVjp?.(point, cotangent, 1, gradients);
        return [point.output, target, ...gradients];
      });
      for (const [k, array] of expected.entries()) {
        const reach = Math.max(...array.map(Math.abs));
        for (const [i, value] of array.entries()) {
          expectClose(actual[k][i], value, 1e-13 * reach, `${describeShape(image)}: ${k}, ${i}`);
        }
      }
    }
    await kernels.close();
  });

  it.each([
    ["float64", 1e-14],
    ["float32", 1e-6],
  ] as const)("is the sum over patches, in %s", (precision, tolerance) => {
    fc.assert(
      fc.property(convolution, (setting) => {
        const { operation, inputs, parameters } = shapesOf(setting);
        const { count, channelsEach, filtersEach } = setting;
        const { sliding, height, width } = setting.window;
        const stream = createStream(setting.seed);
        const draw = (label: string, length: number): FloatArray => {
          const values = stream.split(label).gaussians(new Float64Array(length));
          return precision === "float32" ? Float32Array.from(values) : values;
        };
        const [x, weight, b] = [
          count * inputs[0][0] * height * width,
          ...parameters.map((s) => s.reduce((p, n) => p * n, 1)),
        ].map((length, k) => draw(String(k), length));
        const shape = operation.outputShape(inputs, parameters);
        const [filters, outHeight, outWidth] = shape;
        expect([outHeight, outWidth]).toEqual([
          placesAlong(0, height, sliding),
          placesAlong(1, width, sliding),
        ]);
        const output = draw("output", count * filters * outHeight * outWidth);
        const context = { kernels: naiveKernels, math: plainVectorMath, precision, capacity: count };
        operation
          .bind(inputs, parameters, context)
          .forward({ count, inputs: [x], parameters: b ? [weight, b] : [weight], output });

        let next = 0;
        for (let sample = 0; sample < count; sample++) {
          for (let filter = 0; filter < filters; filter++) {
            const firstChannel = sample * inputs[0][0] + Math.floor(filter / filtersEach) * channelsEach;
            for (let oy = 0; oy < outHeight; oy++) {
              for (let ox = 0; ox < outWidth; ox++) {
                let [sum, reach] = [b ? b[filter] : 0, b ? Math.abs(b[filter]) : 0];
                let tap = filter * (weight.length / filters);
                for (let channel = firstChannel; channel < firstChannel + channelsEach; channel++) {
                  for (const pixel of windowAt(x, [height, width], channel, sliding, [oy, ox])) {
                    const term = weight[tap++] * (pixel ?? 0);
                    sum += term;
                    reach += Math.abs(term);
                  }
                }
                const off = Math.abs(output[next] - sum);
                if (!(off <= tolerance * reach))
                  expect.fail(`y[${next}]: expected ${sum}, got ${output[next]}`);
                next++;
              }
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("says what does not fit, in one line", () => {
    const shape = (options: Parameters<typeof conv2d>[0], image: number[], weight: number[]) => () =>
      conv2d(options).outputShape([image], [weight, [weight[0]]]);
    expect(shape({}, [1, 4, 4], [2, 1, 3])).toThrow(
      "conv2d: expected weights of shape filters×channels×height×width, got 2×1×3",
    );
    expect(shape({}, [10], [2, 1, 3, 3])).toThrow(
      "conv2d: expected images of channels×height×width, got shape 10",
    );
    expect(shape({ padding: [1, 0, 0, 0] }, [1, 1, 4], [2, 1, 3, 3])).toThrow(
      "conv2d: a kernel of 3×3 does not fit an image of 1×4 with padding [1, 0, 0, 0] (top, left, bottom, right)",
    );
    expect(shape({ dilation: [2, 1] }, [1, 4, 4], [2, 1, 3, 3])).toThrow(
      "conv2d: a kernel of 3×3 dilated by 2×1 does not fit an image of 4×4",
    );
    expect(shape({ groups: 2 }, [3, 4, 4], [2, 1, 3, 3])).toThrow(
      "conv2d: weights of shape 2×1×3×3 in 2 groups take images of 2 channels",
    );
    expect(shape({ groups: 2 }, [2, 4, 4], [3, 1, 3, 3])).toThrow("a multiple of 2 filters");
    expect(shape({ stride: [0, 1] }, [1, 4, 4], [2, 1, 3, 3])).toThrow(
      "conv2d: expected a stride of whole numbers of at least 1, got [0, 1]",
    );
    expect(shape({ padding: [0, 0, -1, 0] }, [1, 4, 4], [2, 1, 3, 3])).toThrow(/padding .* at least 0/);
    expect(shape({}, [1, 3, 3], [2, 1, 3, 3])()).toEqual([2, 1, 1]);
    expect(() => conv2d().outputShape([[1, 3, 3]], [[2, 1, 3, 3], [1]])).toThrow(
      "conv2d: expected a bias of shape 2, got 1",
    );
  });
});
