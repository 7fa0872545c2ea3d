import { expect, test } from "vitest";
import { whitenedLinearization } from "../../src/models/crossEntropy.ts";
import { targetsFor } from "../../src/models/network/targets.ts";
import { asProbabilities } from "../../src/models/probabilities.ts";
import { createStream } from "../../src/random/index.ts";

/** A softmax in float32 throughout, as a network that computes in it writes one. */
function float32Softmax(logits: Float64Array): Float64Array {
  const powers = Float32Array.from(logits, Math.exp);
  let sum = 0;
  for (const power of powers) sum = Math.fround(sum + power);
  return Float64Array.from(powers, (power) => Math.fround(power / sum));
}

test.each([2, 10, 1000, 10_000])("a float32 softmax over %i classes is probabilities", (classes) => {
  const row = float32Softmax(createStream(1).gaussians(new Float64Array(classes), 3));
  const found = asProbabilities(row);
  expect(Math.abs(found!.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(1e-13);
});

test("training and whitening take the same rows, and both divide by their sum", () => {
  const accepts = {
    training: (row: Float64Array) =>
      targetsFor({ name: "rows", targets: { values: row, outputs: 2 } } as never, "cross-entropy", "values")
        .values,
    whitening: (row: Float64Array) =>
      whitenedLinearization(
        {
          samples: 1,
          outputs: 2,
          parameters: 1,
          logits: new Float64Array(2),
          jvp: () => new Float64Array(2),
          vjp: () => new Float64Array(1),
          gram: () => {
            throw new Error("not asked for");
          },
        },
        row,
      ),
  };
  for (const accept of Object.values(accepts)) {
    expect(() => accept(Float64Array.of(0.25, 0.75 + 9e-6))).not.toThrow();
    for (const row of [
      [0.25, 0.75 + 1.1e-5],
      [0.25, 0.75 - 1.1e-5],
      [-0.25, 1.25],
      [Number.NaN, 1],
    ]) {
      expect(() => accept(Float64Array.from(row)), row.join()).toThrow("targets: expected");
    }
  }
  const [first, second] = accepts.training(Float64Array.of(0.25, 0.75 + 9e-6));
  expect(first + second).toBeCloseTo(1, 14);
  expect(second / first).toBeCloseTo((0.75 + 9e-6) / 0.25, 14);
});
