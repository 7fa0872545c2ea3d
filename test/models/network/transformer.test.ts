import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { type Graph, parameterOffsets } from "../../../src/models/network/graph.ts";
import { squareLoss } from "../../../src/models/network/losses.ts";
import { networkModel } from "../../../src/models/network/network.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { dot, expectClose, expectLinearizationLaws } from "../laws.ts";
import { derivative, expectNear, fresh, norm, problem } from "./evaluationProblem.ts";
import { transformer, vocabulary } from "./transformer.ts";

describe("an evaluation of a transformer with shared parameters", () => {
  const stream = createStream(3);
  const tokens = Float64Array.from({ length: 4 * 3 }, () => stream.integer(vocabulary));
  const p = problem(transformer(), 4, 5, stream.split("transformer"), tokens);
  const draw = (label: string, length: number) => stream.split(label).gaussians(new Float64Array(length));

  it("has adjoint products and an exact, symmetric Hessian", () => {
    const e = p.at();
    const [v, w] = [draw("v", p.parameters), draw("w", p.parameters)];
    const u = draw("u", p.outputs);
    const gradientAt = (theta: Float64Array) => {
      const gradient = new Float64Array(p.parameters);
      p.at(theta).vjp(u, 1, gradient);
      return gradient;
    };
    const gradient = gradientAt(p.theta);
    const image = e.jvp(v).slice();
    const reach = norm(u) * norm(image) + norm(gradient) * norm(v);
    expectClose(dot(u, image), dot(gradient, v), 1e-12 * reach, "⟨u, Jv⟩ = ⟨Jᵀu, v⟩");
    e.adjoint(u);
    const product = (direction: Float64Array) => {
      const result = new Float64Array(p.parameters);
      e.jvp(direction);
      e.vjpTangent(new Float64Array(p.outputs), 1, result);
      return result;
    };
    const [hv, hw] = [product(v), product(w)];
    expect(norm(hv)).toBeGreaterThan(0.1 * norm(gradient));
    const size = norm(hv) * norm(w) + norm(hw) * norm(v);
    expectClose(dot(hv, w), dot(hw, v), 1e-12 * size, "⟨w, Hv⟩ = ⟨v, Hw⟩");
    expectNear(hv, derivative(gradientAt, p.theta, v), 1e-7 * norm(hv), "Hv by differences");
  });

  it("gives a parameter of several nodes the sum of its uses", () => {
    const e = p.at();
    const u = draw("u", p.outputs);
    const gradient = new Float64Array(p.parameters);
    e.vjp(u, 1, gradient);
    // the same network with a parameter of its own for every use
    const { graph } = p;
    const owners: number[] = [];
    const nodes = graph.nodes.map((node) => ({
      ...node,
      parameters: node.parameters.map((k) => owners.push(k) - 1),
    }));
    const apart: Graph = { ...graph, nodes, parameters: owners.map((k) => graph.parameters[k]) };
    expect(owners.length).toBeGreaterThan(graph.parameters.length);
    const offsets = parameterOffsets(graph);
    const sizes = graph.parameters.map(({ shape }) => sizeOf(shape));
    const copies = owners.flatMap((k) => [...p.theta.subarray(offsets[k], offsets[k] + sizes[k])]);
    const other = fresh(apart, p.count);
    other.input(p.count).set(p.inputs);
    other.forward(Float64Array.from(copies), p.count);
    const parts = new Float64Array(copies.length);
    other.vjp(u, 1, parts);
    const sum = new Float64Array(p.parameters);
    let from = 0;
    for (const k of owners) {
      for (let i = 0; i < sizes[k]; i++) sum[offsets[k] + i] += parts[from++];
    }
    expectNear(gradient, sum, 1e-13 * norm(parts), "the gradient");
  });

  it("visits every node with parameters once, last first", () => {
    const seen: number[] = [];
    p.at().visitParameterUses(draw("u", p.outputs), ({ node }) => seen.push(node));
    const withParameters = p.graph.nodes.flatMap(({ parameters }, node) =>
      parameters.length > 0 ? [node] : [],
    );
    expect(seen).toEqual(withParameters.reverse());
  });

  it.each([1, 2 ** 12, 2 ** 28])(
    "has one Jacobian as a model, its Gram matrix too, in %i bytes",
    async (memoryLimit) => {
      const targets = draw("y", p.outputs);
      const model = networkModel({
        graph: p.graph,
        inputs: tokens,
        targets,
        loss: squareLoss,
        initialize: (s) => s.gaussians(new Float64Array(p.parameters)),
        kernels: naiveKernels,
        math: plainVectorMath,
        memoryLimit,
      });
      await expectLinearizationLaws(model, p.theta, stream.split("laws"), 200);
    },
  );
});
