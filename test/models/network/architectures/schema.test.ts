import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { InputError } from "../../../../src/inputError.ts";
import { readArchitecture } from "../../../../src/models/network/architectures/schema.ts";

describe("readArchitecture", () => {
  it.each([
    ["fnn", { hidden: [256, 256], activation: "relu", bias: true, initialisation: "he" }],
    ["linear-network", { hidden: [256], initialisation: "lecun" }],
    [
      "lenet",
      {
        channels: [6, 16],
        kernel: 5,
        pooling: "max",
        hidden: [120, 84],
        activation: "relu",
        initialisation: "he",
      },
    ],
    ["vgg", { depth: 11, width: 1, batchNorm: "none", activation: "relu", initialisation: "he" }],
    [
      "resnet",
      { depth: 20, width: 1, shortcut: "A", batchNorm: "frozen", activation: "relu", initialisation: "he" },
    ],
    ["vit", { patch: 4, dimension: 64, layers: 4, heads: 4, hidden: 128, initialisation: "xavier" }],
  ])("fills in the defaults of %s", (name, defaults) => {
    expect(readArchitecture({ name })).toEqual({ name, ...defaults });
  });

  it("has the defaults that docs/networks.md shows", () => {
    const text = readFileSync(new URL("../../../../docs/networks.md", import.meta.url), "utf8");
    const shown = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => parse(block));
    expect(shown.map(({ name }) => name)).toEqual(["fnn", "linear-network", "lenet", "vgg", "resnet", "vit"]);
    for (const config of shown) {
      // the padding of lenet depends on the images
      const { padding: _, ...constant } = config;
      expect(constant).toEqual(readArchitecture({ name: config.name }));
      expect(readArchitecture(config)).toEqual(config);
    }
  });

  it("keeps what is given, and gives back the same when read again", () => {
    const config = readArchitecture({ name: "fnn", hidden: [], bias: false, activation: "leaky-relu" });
    expect(config).toEqual({
      name: "fnn",
      hidden: [],
      bias: false,
      activation: "leaky-relu",
      initialisation: "he",
    });
    expect(readArchitecture(config)).toEqual(config);
  });

  it.each([
    [
      { name: "mlp" },
      'architecture: name: expected fnn, linear-network, lenet, vgg, resnet or vit, got "mlp"',
    ],
    [{}, "architecture: name: expected fnn, linear-network, lenet, vgg, resnet or vit, got nothing"],
    ["resnet", 'architecture: expected keys with values, got "resnet"'],
    [
      { name: "fnn", hiden: [3] },
      "architecture: unknown key hiden (known: name, hidden, activation, bias, initialisation)",
    ],
    [
      { name: "fnn", activation: "swish" },
      'architecture: activation: expected relu, leaky-relu, gelu, silu, tanh, sigmoid, softplus or identity, got "swish"',
    ],
    [
      { name: "fnn", hidden: [8, 0], bias: "yes" },
      'architecture: hidden[1]: expected at least 1, got 0; bias: expected true or false, got "yes"',
    ],
    [{ name: "fnn", hidden: 8 }, "architecture: hidden: expected a list, got 8"],
    [{ name: "fnn", hidden: [2.5] }, "architecture: hidden[0]: expected a whole number, got 2.5"],
    [
      { name: "lenet", channels: [] },
      "architecture: channels: expected a list of at least 1 in length, got []",
    ],
    [{ name: "vgg", depth: 12 }, "architecture: depth: expected 11, 13 or 16, got 12"],
    [{ name: "vgg", width: 0 }, "architecture: width: expected more than 0, got 0"],
    [
      { name: "resnet", depth: 18 },
      "architecture: depth: expected 6n + 2 (8, 14, 20, 26, 32, 38, 44, 50, 56, …), got 18",
    ],
    [
      { name: "resnet", batchNorm: "training" },
      "architecture: batchNorm: training-mode batch statistics have no per-sample gradient; use batchNorm: frozen",
    ],
    [{ name: "resnet", batchNorm: "yes" }, 'architecture: batchNorm: expected frozen or none, got "yes"'],
    [
      { name: "vit", initialisation: "ntk" },
      'architecture: initialisation: expected he, xavier or lecun, got "ntk"',
    ],
  ])("says in one line what is wrong with %j", (value, message) => {
    const read = () => readArchitecture(value);
    expect(read).toThrow(InputError);
    expect(read).toThrow(new InputError(message));
  });

  it("names what it read", () => {
    expect(() => readArchitecture(null, "net.yaml")).toThrow("net.yaml: expected keys with values, got null");
  });
});
