import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/inputError.ts";
import { buildArchitecture } from "../../../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../../../src/models/network/architectures/schema.ts";
import { parameterCount } from "../../../../src/models/network/graph.ts";
import type { Shape } from "../../../../src/models/network/shape.ts";

const build = (config: object, input: Shape, outputs = 10) =>
  buildArchitecture(readArchitecture(config), input, outputs);
const digits: Shape = [1, 28, 28];
const cifar: Shape = [3, 32, 32];

describe("buildArchitecture", () => {
  // Σ numel over model.parameters() of the modules in docs/networks.md, PyTorch 1.13.
  it.each([
    [{ name: "fnn" }, digits, 269_322],
    [{ name: "fnn", bias: false }, [784], 268_800],
    [{ name: "fnn", hidden: [] }, [784], 7_850],
    [{ name: "linear-network" }, digits, 203_264],
    [{ name: "lenet" }, digits, 61_706],
    [{ name: "lenet" }, [1, 32, 32], 61_706],
    [{ name: "lenet" }, cifar, 62_006],
    [{ name: "lenet", channels: [4], kernel: 3, hidden: [] }, [1, 8, 8], 690],
    [{ name: "vgg", depth: 11 }, cifar, 9_225_610],
    [{ name: "vgg", depth: 11, batchNorm: "frozen" }, cifar, 9_231_114],
    [{ name: "vgg", depth: 11, width: 0.1 }, cifar, 92_946],
    [{ name: "vgg", depth: 13 }, cifar, 9_410_122],
    [{ name: "vgg", depth: 13, batchNorm: "frozen" }, cifar, 9_416_010],
    [{ name: "vgg", depth: 16 }, cifar, 14_719_818],
    [{ name: "vgg", depth: 16, batchNorm: "frozen" }, cifar, 14_728_266],
    [{ name: "vgg", depth: 16, batchNorm: "frozen", width: 0.25 }, cifar, 924_186],
    [{ name: "resnet", depth: 8 }, cifar, 75_290],
    [{ name: "resnet", depth: 8, shortcut: "B" }, cifar, 78_042],
    [{ name: "resnet", depth: 8, batchNorm: "none" }, cifar, 75_050],
    [{ name: "resnet", depth: 8, shortcut: "B", batchNorm: "none" }, cifar, 77_706],
    [{ name: "resnet", depth: 20 }, cifar, 269_722],
    [{ name: "resnet", depth: 20, shortcut: "B" }, cifar, 272_474],
    [{ name: "resnet", depth: 20, width: 4 }, cifar, 4_286_026],
    [{ name: "resnet", depth: 38 }, cifar, 561_370],
    [{ name: "resnet", depth: 56 }, cifar, 853_018],
    [{ name: "vit" }, cifar, 141_898],
    [{ name: "vit", patch: 7, dimension: 32, layers: 2, heads: 2, hidden: 64 }, digits, 19_594],
  ] as const)("%j on inputs of %j has %i parameters", (config, input, expected) => {
    const graph = build(config, input);
    expect(parameterCount(graph)).toBe(expected);
    expect(graph.output.shape).toEqual([10]);
  });

  it("gives scalings the parameters of the plain network", () => {
    for (const name of ["fnn", "linear-network", "lenet", "vgg", "resnet"]) {
      const shapes = (initialisation: string) =>
        build({ name, initialisation }, cifar).parameters.map(({ name: own, shape }) => [own, shape]);
      const plain = shapes("he");
      expect(shapes("ntk")).toEqual(plain);
      expect(shapes("mean-field")).toEqual(plain);
    }
  });

  it.each([
    [{ name: "vgg" }, [784], "vgg: expected images of shape channels×height×width, got samples of shape 784"],
    [
      { name: "vgg" },
      digits,
      "vgg: expected images of at least 32×32 pixels, which five poolings halve, got 28×28",
    ],
    [{ name: "vit", patch: 5 }, digits, "vit: expected a patch that divides the image's 28×28 pixels, got 5"],
    [{ name: "vit", heads: 3 }, digits, "features that 3 heads divide"],
    [{ name: "lenet", kernel: 9 }, [1, 12, 12], "a kernel of 9×9 does not fit an image of 6×6"],
  ])("says why %j does not take %j", (config, input, message) => {
    expect(() => build(config, input)).toThrow(InputError);
    expect(() => build(config, input)).toThrow(message);
  });
});
