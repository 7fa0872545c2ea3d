import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FloatArray } from "../../../src/linalg/matrix.ts";
import type { Evaluation } from "../../../src/models/network/evaluation.ts";
import { createStream } from "../../../src/random/index.ts";
import { dot, expectClose, unit } from "../laws.ts";
import { derivative, expectNear, fresh, norm, type Problem, problem } from "./evaluationProblem.ts";
import { randomGraph } from "./randomGraph.ts";

const settings = fc.record({
  steps: fc.integer({ min: 0, max: 8 }),
  share: fc.boolean(),
  count: fc.integer({ min: 1, max: 3 }),
  spare: fc.integer({ min: 0, max: 2 }),
  seed: fc.nat(),
});

type Setting = typeof settings extends fc.Arbitrary<infer T> ? T : never;
const drawn = ({ steps, share, count, spare, seed }: Setting) => {
  const stream = createStream(seed);
  return problem(randomGraph(steps, share, stream.split("graph")), count, count + spare, stream);
};

/** Rows of J by one backward sweep each. */
function rowsOf({ outputs, parameters }: Problem, e: Evaluation): Float64Array[] {
  return Array.from({ length: outputs }, (_, k) => {
    const gradient = new Float64Array(parameters);
    e.vjp(unit(outputs, k), 1, gradient);
    return gradient;
  });
}

describe("an evaluation of a random graph", () => {
  it("has one Jacobian, forward, backward and by differences", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const p = drawn(setting);
        const e = p.at();
        const rows = rowsOf(p, e);
        // a Jacobian may cancel to zero, as that of a softmax's mean does, and leaves rounding
        const size = norm(rows.flatMap((row) => [...row])) + 1e-3;
        for (let j = 0; j < p.parameters; j++) {
          const direction = unit(p.parameters, j);
          const column = Float64Array.from(e.jvp(direction));
          const backward = Float64Array.from(rows, (row) => row[j]);
          expectNear(column, backward, 1e-12 * size, `column ${j}`);
          const values = (theta: Float64Array) => {
            const other = p.at(theta);
            return other.valueOf(p.graph.output.node).slice();
          };
          const reach = size + norm(values(p.theta));
          expectNear(
            column,
            derivative(values, p.theta, direction),
            1e-7 * reach,
            `column ${j} by differences`,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has one Hessian of ⟨u, f⟩, symmetric and the derivative of the gradient", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const p = drawn(setting);
        const draw = (label: string, length: number) =>
          p.stream.split(label).gaussians(new Float64Array(length));
        const [u, change] = [draw("u", p.outputs), draw("change", p.outputs)];
        const [v, w] = [draw("v", p.parameters), draw("w", p.parameters)];
        const gradientAt = (theta: Float64Array) => {
          const gradient = new Float64Array(p.parameters);
          p.at(theta).vjp(u, 1, gradient);
          return gradient;
        };
        const e = p.at();
        e.adjoint(u);
        const product = (direction: Float64Array, tangent: Float64Array) => {
          const result = new Float64Array(p.parameters);
          e.jvp(direction);
          e.vjpTangent(tangent, 1, result);
          return result;
        };
        const still = new Float64Array(p.outputs);
        const [hv, hw] = [product(v, still), product(w, still)];
        const rounding = 1e-3 * norm(u);
        const reach = norm(hv) * norm(w) + norm(hw) * norm(v) + rounding * norm(v) * norm(w);
        expectClose(dot(hv, w), dot(hw, v), 1e-12 * reach, "⟨w, Hv⟩ = ⟨v, Hw⟩");
        const tolerance = 1e-7 * (norm(hv) + norm(gradientAt(p.theta)) + rounding);
        expectNear(hv, derivative(gradientAt, p.theta, v), tolerance, "Hv by differences");

        const pulled = new Float64Array(p.parameters);
        e.vjp(change, 1, pulled);
        const both = hv.map((value, k) => value + pulled[k]);
        expectNear(
          product(v, change),
          both,
          1e-12 * (norm(both) + norm(hv) + rounding),
          "a changing cotangent",
        );
        const scaled = v.slice();
        e.jvp(v);
        e.vjpTangent(change, -0.5, scaled);
        const expected = v.map((value, k) => value - 0.5 * both[k]);
        expectNear(scaled, expected, 1e-12 * (norm(v) + norm(both) + norm(hv)), "adds scale times it");
      }),
      { numRuns: 60 },
    );
  });

  it("takes several cotangents back at once as one after another", () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 4 }), (setting, several) => {
        const p = drawn(setting);
        const e = p.at();
        const cotangents = p.stream.split("u").gaussians(new Float64Array(several * p.outputs));
        const uses = (cotangent: Float64Array) => {
          const seen: [number, Float64Array][] = [];
          e.visitParameterUses(cotangent, (use) => seen.push([use.node, Float64Array.from(use.cotangent)]));
          return seen;
        };
        const together = uses(cotangents);
        for (let k = 0; k < several; k++) {
          const alone = uses(cotangents.slice(k * p.outputs, (k + 1) * p.outputs));
          expect(together.map(([node]) => node)).toEqual(alone.map(([node]) => node));
          for (const [visit, [node, own]] of alone.entries()) {
            const part = together[visit][1].subarray(k * own.length, (k + 1) * own.length);
            expectNear(part, own, 1e-12 * norm(own), `cotangent ${k} at node ${node}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("visits uses of parameters down to a node as far as it is asked to", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const p = drawn(setting);
        const e = p.at();
        const cotangent = p.stream.split("u").gaussians(new Float64Array(p.outputs));
        const uses = (lowest?: number) => {
          const seen: [number, FloatArray][] = [];
          e.visitParameterUses(cotangent, (use) => seen.push([use.node, use.cotangent.slice()]), lowest);
          return seen;
        };
        const all = uses();
        for (let lowest = 0; lowest <= p.graph.nodes.length; lowest++) {
          expect(uses(lowest)).toEqual(all.filter(([node]) => node >= lowest));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("treats every sample alike, in chunks of any size", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const p = drawn(setting);
        const { graph, count, inputs, theta, parameters, outputs } = p;
        const together = p.at();
        const direction = p.stream.split("v").gaussians(new Float64Array(parameters));
        const values = together.valueOf(graph.output.node).slice();
        const image = together.jvp(direction).slice();
        const cotangent = p.stream.split("u").gaussians(new Float64Array(outputs));
        const gradient = new Float64Array(parameters);
        together.vjp(cotangent, 1, gradient);

        const alone = fresh(graph, 1);
        const [width, each] = [alone.inputSize, alone.outputSize];
        const sum = new Float64Array(parameters);
        let reach = 1e-3 * norm(cotangent);
        for (let i = 0; i < count; i++) {
          const [from, to] = [i * each, (i + 1) * each];
          alone.input(1).set(inputs.subarray(i * width, (i + 1) * width));
          expect(alone.forward(theta, 1).slice()).toEqual(values.subarray(from, to));
          expect(alone.jvp(direction).slice()).toEqual(image.subarray(from, to));
          const own = new Float64Array(parameters);
          alone.vjp(cotangent.subarray(from, to), 1, own);
          reach += norm(own);
          for (let k = 0; k < parameters; k++) sum[k] += own[k];
        }
        expectNear(gradient, sum, 1e-13 * reach, "the gradient as a sum over samples");
      }),
      { numRuns: 40 },
    );
  });

  it("makes a step in place exactly as apart, where no parameter is shared", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const p = drawn({ ...setting, share: false });
        const cotangent = p.stream.split("u").gaussians(new Float64Array(p.outputs));
        const apart = p.theta.slice();
        p.at().vjp(cotangent, -0.25, apart);
        const inPlace = p.theta.slice();
        p.at(inPlace).vjp(cotangent, -0.25, inPlace);
        expect(inPlace).toEqual(apart);
      }),
      { numRuns: 60 },
    );
  });

  it("computes in float32 what it computes in float64, to float32's precision", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const p = drawn(setting);
        const direction = p.stream.split("v").gaussians(new Float64Array(p.parameters));
        const cotangent = p.stream.split("u").gaussians(new Float64Array(p.outputs));
        const [single, double] = (["float32", "float64"] as const).map((precision) => {
          const array = (values: Float64Array): FloatArray =>
            precision === "float32" ? Float32Array.from(values) : Float64Array.from(values, Math.fround);
          const e = fresh(p.graph, p.count, precision);
          e.input(p.count).set(array(p.inputs));
          const values = e.forward(array(p.theta), p.count).slice();
          const image = e.jvp(array(direction)).slice();
          const [gradient, product] = [0, 1].map(() => array(new Float64Array(p.parameters)));
          e.adjoint(array(cotangent));
          e.vjpTangent(array(new Float64Array(p.outputs)), 1, product);
          e.vjp(array(cotangent), 1, gradient);
          return { values, image, gradient, product };
        });
        for (const what of ["values", "image", "gradient", "product"] as const) {
          expect(single[what]).toBeInstanceOf(Float32Array);
        }
        const reach =
          1 + norm(double.values) + norm(double.image) + norm(double.gradient) + norm(double.product);
        for (const what of ["values", "image", "gradient", "product"] as const) {
          expectNear(Float64Array.from(single[what]), double[what], 2e-5 * reach, what);
        }
      }),
      { numRuns: 40 },
    );
  });
});
