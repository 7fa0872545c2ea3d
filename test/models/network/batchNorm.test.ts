import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { batchNorm, batchNormStatistics } from "../../../src/models/network/operations/batchNorm.ts";
import { concat } from "../../../src/models/network/operations/concat.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { checkRule } from "./ruleChecks.ts";

const buffer = (name: string, data: Float64Array) => ({ name, shape: [data.length], data });
const context = { kernels: naiveKernels, math: plainVectorMath, precision: "float64" as const, capacity: 1 };

describe("batchNorm", () => {
  it("obeys the laws of a rule, for images and for single numbers a channel", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (shape, count, seed) => {
          const stream = createStream(seed);
          const mean = stream.gaussians(new Float64Array(shape[0]));
          const variance = stream.gaussians(new Float64Array(shape[0])).map((z) => z * z);
          checkRule({
            operation: batchNorm({
              mean: buffer("mean", mean),
              variance: buffer("variance", variance),
              epsilon: 1e-2,
            }),
            inputs: [shape],
            parameters: [[shape[0]], [shape[0]]],
            count,
            stream,
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("standardises each channel by statistics that are read at every forward", () => {
    const mean = buffer("mean", Float64Array.of(0, 0));
    const variance = buffer("variance", Float64Array.of(1, 1));
    const rule = batchNorm({ mean, variance, epsilon: 0.25 }).bind([[2, 2]], [[2], [2]], context);
    const point = {
      count: 1,
      inputs: [Float64Array.of(1e9 + 1, 1e9 + 2, 3, 5)],
      parameters: [Float64Array.of(2, -1), Float64Array.of(0.5, 0)],
      output: new Float64Array(4),
    };
    rule.forward(point);
    mean.data.set([1e9, 4]);
    variance.data.set([0.75, 3.75]);
    rule.forward(point);
    // (x − mean)/√(variance + 0.25): 1, 2 and −1/2, 1/2; a mean far from 0 costs no digits
    expect([...point.output]).toEqual([2.5, 4.5, 0.5, -0.5]);
  });

  it("hands its statistics to those who set them, and to no others' operations", () => {
    const [mean, variance] = [buffer("mean", new Float64Array(1)), buffer("variance", new Float64Array(1))];
    expect(batchNormStatistics(batchNorm({ mean, variance, epsilon: 1 }))).toMatchObject({ mean, variance });
    expect(batchNormStatistics(concat(0))).toBeUndefined();
  });

  it("says which channels it expects, and which variance it cannot divide by", () => {
    const variance = buffer("bn1.running_var", Float64Array.of(1, -1));
    const operation = batchNorm({
      mean: buffer("bn1.running_mean", new Float64Array(2)),
      variance,
      epsilon: 0.5,
    });
    expect(() => operation.outputShape([[3, 4]], [])).toThrow(
      "batchNorm: expected 2 channels on the first axis as 'bn1.running_mean' has, got shape 3×4",
    );
    expect(() => operation.outputShape([[2, 4]], [[2], [1]])).toThrow(
      "batchNorm: expected variance, scale and shift of shape 2, got 1",
    );
    const short = buffer("bn1.running_var", new Float64Array(1));
    const mean = buffer("bn1.running_mean", new Float64Array(2));
    expect(() => batchNorm({ mean, variance: short, epsilon: 1 }).outputShape([[2]], [])).toThrow(
      "batchNorm: expected variance, scale and shift of shape 2, got 1",
    );
    const ones = Float64Array.of(1, 1);
    const rule = operation.bind([[2]], [[2], [2]], context);
    const point = { count: 1, inputs: [ones], parameters: [ones, ones], output: new Float64Array(2) };
    expect(() => rule.forward(point)).toThrow(
      "batchNorm: expected a variance above −0.5 in 'bn1.running_var', got -1 for channel 1",
    );
  });
});
