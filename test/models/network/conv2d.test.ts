import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conv2d } from "../../../src/models/network/operations/conv2d.ts";
import { createStream } from "../../../src/random/index.ts";
import { checkRule } from "./ruleChecks.ts";

const small = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(small(min, max), small(min, max));

/** Images on which at least one window fits, often only just. */
const convolution = fc
  .record({
    kernel: pair(1, 3),
    stride: pair(1, 3),
    dilation: pair(1, 2),
    padding: fc.tuple(small(0, 2), small(0, 2), small(0, 2), small(0, 2)),
    groups: small(1, 3),
    channelsEach: small(1, 2),
    filtersEach: small(1, 2),
    extra: pair(0, 4),
    bias: fc.boolean(),
    count: small(1, 3),
    seed: fc.nat(),
  })
  .map(({ extra, ...setting }) => {
    const image = [0, 1].map((axis) => {
      const extent = setting.dilation[axis] * (setting.kernel[axis] - 1) + 1;
      return Math.max(1, extent - setting.padding[axis] - setting.padding[axis + 2]) + extra[axis];
    });
    return { ...setting, height: image[0], width: image[1] };
  });

describe("conv2d", () => {
  it("obeys the laws of a rule for any stride, padding, dilation and groups", () => {
    fc.assert(
      fc.property(convolution, (setting) => {
        const { kernel, stride, dilation, padding, groups, channelsEach, filtersEach, bias, count } = setting;
        const filters = groups * filtersEach;
        const weight = [filters, channelsEach, ...kernel];
        checkRule({
          operation: conv2d({ stride, padding, dilation, groups, bias }),
          inputs: [[groups * channelsEach, setting.height, setting.width]],
          parameters: bias ? [weight, [filters]] : [weight],
          count,
          stream: createStream(setting.seed),
        });
      }),
      { numRuns: 100 },
    );
  });
});
