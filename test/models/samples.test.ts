import { describe, expect, it } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { relu } from "../../src/models/activations.ts";
import { linearModel } from "../../src/models/linear.ts";
import { linear } from "../../src/models/olm/linear.ts";
import { olmModel } from "../../src/models/olm/olmModel.ts";
import { twoLayerModel } from "../../src/models/twoLayer.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";

const three = matrix(3, 2, Float64Array.of(1, 2, 3, 4, 5, 6));
const targets = matrix(3, 1, Float64Array.of(1, 2, 3));

function message(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const text = (error as InputError).message;
    expect(text).not.toContain("\n");
    return text;
  }
  return expect.fail("nothing was thrown");
}

describe("data of a model", () => {
  it("needs samples, features and outputs", () => {
    expect(message(() => linearModel({ inputs: matrix(0, 2), targets: matrix(0, 1), kernels }))).toBe(
      "inputs: expected at least one sample and one feature, got 0×2",
    );
    expect(message(() => linearModel({ inputs: matrix(3, 0), targets, kernels }))).toContain("got 3×0");
    expect(message(() => linearModel({ inputs: three, targets: matrix(3, 0), kernels }))).toContain(
      "got 3×0",
    );
  });

  it("needs one target row a sample", () => {
    expect(message(() => linearModel({ inputs: three, targets: matrix(2, 1), kernels }))).toBe(
      "targets: expected 3 rows, one for each row of the inputs, of at least one output, got 2×1",
    );
  });

  it("must be finite, and says where it is not", () => {
    const broken = matrix(3, 2, Float64Array.of(1, 2, 3, Number.NaN, 5, 6));
    expect(message(() => linearModel({ inputs: broken, targets, kernels }))).toBe(
      "inputs: expected finite numbers, got NaN at row 1, column 1: drop or repair that sample",
    );
    const infinite = matrix(3, 1, Float64Array.of(1, 2, Infinity));
    expect(message(() => linearModel({ inputs: three, targets: infinite, kernels }))).toContain(
      "targets: expected finite numbers, got Infinity at row 2, column 0",
    );
  });

  it("must suit the family of an over-parameterised linear model", () => {
    const family = linear(2);
    expect(message(() => olmModel({ family, inputs: three, targets: matrix(3, 2), kernels }))).toContain(
      "expected one column",
    );
    expect(message(() => olmModel({ family: linear(5), inputs: three, targets, kernels }))).toContain(
      "inputs: expected 5 columns, the dimension of linear 5, got 2",
    );
  });

  it("must suit the second layer of a two-layer network", () => {
    const build = (secondLayer: ReturnType<typeof matrix>) => () =>
      twoLayerModel({ inputs: three, targets, secondLayer, activation: relu, kernels });
    expect(message(build(matrix(2, 4)))).toBe(
      "second layer: expected 1 rows, one an output, of at least one unit, got 2×4",
    );
    expect(message(build(matrix(1, 0)))).toContain("got 1×0");
    expect(message(build(matrix(1, 1, Float64Array.of(Number.NaN))))).toContain("NaN");
  });
});
