import { describe, expect, it } from "vitest";
import { activationNamed } from "../../../../src/models/network/architectures/activationNames.ts";
import { buildArchitecture } from "../../../../src/models/network/architectures/buildArchitecture.ts";
import { gainOf } from "../../../../src/models/network/architectures/gain.ts";
import { readArchitecture } from "../../../../src/models/network/architectures/schema.ts";
import { parameterOffsets } from "../../../../src/models/network/graph.ts";
import { initializeParameters } from "../../../../src/models/network/initialize.ts";
import { type Shape, sizeOf } from "../../../../src/models/network/shape.ts";
import { createStream } from "../../../../src/random/index.ts";
import { forward } from "./forward.ts";

describe("gainOf", () => {
  it("is (E σ(z)²)^(−1/2) in closed form where there is one", () => {
    expect(gainOf(activationNamed("identity"))).toBeCloseTo(1, 14);
    expect(gainOf(activationNamed("relu"))).toBeCloseTo(Math.SQRT2, 14);
    expect(gainOf(activationNamed("leaky-relu"))).toBeCloseTo(Math.sqrt(2 / (1 + 0.01 ** 2)), 14);
  });

  // Gauss–Legendre with 400 nodes on [−12, 12], numpy and PyTorch's functions
  it.each([
    ["tanh", 1.592537419722814],
    ["gelu", 1.5335304411955184],
    ["silu", 1.6765324703310729],
    ["sigmoid", 1.8462285453385856],
    ["softplus", 1.0418668355352905],
  ] as const)("agrees with another quadrature for %s", (name, expected) => {
    expect(gainOf(activationNamed(name))).toBeCloseTo(expected, 12);
  });
});

/** The plain network that computes what the scaled one does, by moving the factors into θ. */
describe("the NTK and mean-field scalings", () => {
  const small = { fnn: { hidden: [5, 4] }, "linear-network": { hidden: [5, 4] }, lenet: { hidden: [7] } };
  const cases: [object, Shape][] = [
    [{ name: "fnn", ...small.fnn, activation: "tanh" }, [6]],
    [{ name: "fnn", hidden: [], bias: false }, [6]],
    [{ name: "fnn", ...small.fnn, bias: false }, [6]],
    [{ name: "linear-network", ...small["linear-network"] }, [6]],
    [{ name: "lenet", channels: [2, 3], kernel: 3, ...small.lenet, activation: "gelu" }, [2, 12, 10]],
    [{ name: "vgg", width: 0.03, batchNorm: "frozen" }, [3, 32, 32]],
    [{ name: "resnet", depth: 8, width: 0.2, shortcut: "B" }, [3, 8, 8]],
    [{ name: "resnet", depth: 8, width: 0.2, batchNorm: "none", activation: "silu" }, [3, 8, 8]],
  ];

  it.each(cases)("are factors gain/√fanIn (1/fanIn at a mean-field head) and 0.1 in %j", (config, input) => {
    const plain = buildArchitecture(readArchitecture({ ...config, initialisation: "he" }), input, 3);
    const inputs = createStream(1).gaussians(new Float64Array(2 * sizeOf(input)));
    const { parameters } = plain;
    const weights = parameters.filter(({ role }) => role === "weight");
    const { activation = "identity" } = readArchitecture(config) as { activation?: "relu" };
    const gain = gainOf(activationNamed(activation));
    const offsets = parameterOffsets(plain);
    for (const scaling of ["ntk", "mean-field"] as const) {
      const graph = buildArchitecture(readArchitecture({ ...config, initialisation: scaling }), input, 3);
      const theta = initializeParameters(graph, scaling, createStream(2));
      for (let j = 0; j < theta.length; j++) theta[j] += 0.5 * Math.sin(j);
      const moved = theta.slice();
      for (const [k, parameter] of parameters.entries()) {
        const { shape, role, name } = parameter;
        const fanIn = sizeOf(shape.slice(1));
        const head = parameter === weights.at(-1);
        let factor = 1;
        if (role === "weight") factor = (parameter === weights[0] ? 1 : gain) / Math.sqrt(fanIn);
        if (role === "weight" && head && scaling === "mean-field") factor = 1 / fanIn;
        const layer = weights.some((weight) => weight.name === name.replace(/bias$/, "weight"));
        if (role === "bias" && layer) factor = 0.1;
        for (let j = offsets[k]; j < offsets[k] + sizeOf(shape); j++) moved[j] *= factor;
      }
      const actual = forward(graph, theta, inputs).at(-1) as Float64Array;
      const expected = forward(plain, moved, inputs).at(-1) as Float64Array;
      const size = Math.max(...expected.map(Math.abs));
      expect(size).toBeGreaterThan(0);
      for (const [k, value] of actual.entries()) {
        expect(Math.abs(value - expected[k])).toBeLessThan(1e-13 * size);
      }
    }
  });
});
