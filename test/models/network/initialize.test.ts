import { describe, expect, it } from "vitest";
import { buildArchitecture } from "../../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../../src/models/network/architectures/schema.ts";
import { type Graph, type Parameter, parameterOffsets } from "../../../src/models/network/graph.ts";
import {
  type InitialisationScheme,
  initialisationSchemes,
  initializeParameters,
} from "../../../src/models/network/initialize.ts";
import { type Shape, sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { forward } from "./architectures/forward.ts";

const cifar: Shape = [3, 32, 32];
const build = (config: object, input: Shape, outputs = 10) =>
  buildArchitecture(readArchitecture(config), input, outputs);

/** Each parameter with its part of θ. */
function parts(graph: Graph, theta: Float64Array): [Parameter, Float64Array][] {
  const offsets = parameterOffsets(graph);
  return graph.parameters.map((parameter, k) => [
    parameter,
    theta.subarray(offsets[k], offsets[k] + sizeOf(parameter.shape)),
  ]);
}

function moment(values: Float64Array, power: number): number {
  return values.reduce((sum, value) => sum + value ** power, 0) / values.length;
}

/** Fans from the shapes alone: out × in [× kernel]. */
function expectedVariance({ shape }: Parameter, scheme: InitialisationScheme): number {
  const kernel = sizeOf(shape.slice(2));
  const [fanOut, fanIn] = [shape[0] * kernel, shape[1] * kernel];
  return { he: 2 / fanIn, xavier: 2 / (fanIn + fanOut), lecun: 1 / fanIn, ntk: 1, "mean-field": 1 }[scheme];
}

describe("initializeParameters", () => {
  it.each(initialisationSchemes)(
    "draws weights as %s says, and starts the rest where it should",
    (scheme) => {
      for (const name of ["fnn", "resnet", "vit"]) {
        const graph = build({ name, ...(name === "fnn" && { hidden: [40, 30] }) }, cifar);
        for (const [parameter, values] of parts(
          graph,
          initializeParameters(graph, scheme, createStream(11)),
        )) {
          const drawn = parameter.role === "weight" || parameter.role === "embedding";
          if (!drawn) {
            const expected = parameter.role === "scale" ? 1 : 0;
            expect(
              values.every((value) => value === expected),
              parameter.name,
            ).toBe(true);
            continue;
          }
          const variance = parameter.role === "weight" ? expectedVariance(parameter, scheme) : 0.02 ** 2;
          // standard errors of the mean and of the second moment of Gaussians
          const meanError = Math.sqrt(variance / values.length);
          const momentError = variance * Math.sqrt(2 / values.length);
          expect(Math.abs(moment(values, 1)), parameter.name).toBeLessThan(4 * meanError);
          expect(Math.abs(moment(values, 2) - variance), parameter.name).toBeLessThan(4 * momentError);
        }
      }
    },
  );

  it("draws each parameter from a stream of its own", () => {
    const narrow = build({ name: "fnn", hidden: [6, 5] }, [4]);
    const wide = build({ name: "fnn", hidden: [6, 9, 5] }, [4]);
    const first = (graph: Graph, seed: number) =>
      initializeParameters(graph, "he", createStream(seed)).slice(0, 24);
    expect(first(wide, 1)).toEqual(first(narrow, 1));
    expect(first(narrow, 2)).not.toEqual(first(narrow, 1));
    const equal = parts(wide, initializeParameters(wide, "ntk", createStream(1))).map(
      ([, values]) => values[0],
    );
    expect(new Set(equal.filter((value) => value !== 0)).size).toBe(4);
  });

  it("knows no fans where a weight has none", () => {
    const graph = build({ name: "fnn", hidden: [] }, [4]);
    const without = {
      ...graph,
      parameters: graph.parameters.map((parameter) => ({ ...parameter, fanIn: 0 })),
    };
    expect(() => initializeParameters(without, "he", createStream(1))).toThrow(/0.weight: expected .* fans/);
  });
});

describe("second moments through a deep network", () => {
  const width = 200;
  const depth = 4;
  const samples = 10;
  /** Mean squares of what the dense layers give, first to last, at unit Gaussian inputs. */
  const momentsOf = (config: object) => {
    const graph = build({ hidden: Array(depth).fill(width), ...config }, [width], width);
    const theta = initializeParameters(graph, readArchitecture(config).initialisation, createStream(5));
    const inputs = createStream(6).gaussians(new Float64Array(samples * width));
    const values = forward(graph, theta, inputs);
    const scaled = /ntk|mean-field/.test(readArchitecture(config).initialisation);
    return graph.nodes.flatMap(({ operation }, node) =>
      // behind a scaled layer stands the factor of its bias
      operation.name === "dense" ? [moment(values[scaled ? node + 1 : node], 2)] : [],
    );
  };

  // From one layer to the next the moment moves by a factor 1 ± √(5/width) or so (Var of ReLU's squares).
  const order = (moments: readonly number[], expected: number) => {
    expect(moments).toHaveLength(depth + 1);
    for (const value of moments) {
      expect(value).toBeGreaterThan(expected / 1.6);
      expect(value).toBeLessThan(expected * 1.6);
    }
  };

  it("stays at 2 under He with ReLU, and at 1 under LeCun in linear networks", () => {
    order(momentsOf({ name: "fnn" }), 2);
    order(momentsOf({ name: "linear-network" }), 1);
  });

  it.each(["relu", "leaky-relu", "gelu", "silu", "tanh", "sigmoid", "softplus", "identity"])(
    "stays at 1 in the NTK scaling with %s",
    (activation) => {
      order(momentsOf({ name: "fnn", activation, initialisation: "ntk" }), 1);
    },
  );

  it("has a mean-field head smaller by gain/√fanIn", () => {
    const ntk = momentsOf({ name: "fnn", initialisation: "ntk" });
    const meanField = momentsOf({ name: "fnn", initialisation: "mean-field" });
    expect(meanField.slice(0, -1)).toEqual(ntk.slice(0, -1));
    expect(meanField[depth] / ntk[depth]).toBeCloseTo(1 / (2 * width), 12);
  });
});
