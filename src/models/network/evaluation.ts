import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";
import { backwardSweep, type NodeArrays } from "./backwardSweep.ts";
import { bufferPool } from "./bufferPool.ts";
import { type Graph, inputNode, parameterCount, parameterOffsets } from "./graph.ts";
import type { InputTargets, JacobianShare, Point, Rule, Tangents } from "./operation.ts";
import { owningMath } from "./owningMath.ts";
import { sizeOf } from "./shape.ts";

/** What the sweeps of a network compute with, and how many samples they have room for. */
export interface EvaluationOptions {
  readonly kernels: Kernels;
  readonly math: VectorMath;
  readonly precision: Precision;
  /** Most samples at once, at least 1. */
  readonly capacity: number;
}

/** A node with parameters in a backward sweep, for those who need its share of the Jacobian. Valid during the visit. */
export interface ParameterUse {
  readonly node: number;
  readonly point: Point;
  /** Of its output: count × size of that, as often as the sweep has cotangents of the network's output. */
  readonly cotangent: FloatArray;
}

/**
 * A graph with room for the values of up to `capacity` samples. `forward` sets the point; the other sweeps are products
 * with derivatives at it, and may be called in any order and number until the next `forward`.
 *
 * θ, directions and gradients are flat arrays of length p in the evaluation's precision; outputs and their cotangents hold
 * count·size numbers. Other lengths throw a RangeError. θ is not copied: it must not change until the next `forward`.
 * Arrays that are returned belong to the evaluation and are valid until its next call.
 */
export interface Evaluation {
  readonly capacity: number;
  /** Numbers in one sample's input and output. */
  readonly inputSize: number;
  readonly outputSize: number;
  /** Where to put the input of the first `count` samples, count × inputSize, before `forward`. */
  input(count: number): FloatArray;
  /**
   * The outputs of the first `count` samples, count × outputSize, until the next call; the sweeps are at this point. Throws a
   * RangeError where `count` is not between 1 and the capacity.
   */
  forward(theta: FloatArray, count: number): FloatArray;
  /** The values of a node at the point, count × its size; of the input for node −1. */
  valueOf(node: number): FloatArray;
  /** J·direction, count × outputSize. The direction must not change until after `vjpTangent`, which reads it. */
  jvp(direction: FloatArray): FloatArray;
  /**
   * gradient ← gradient + scale·Jᵀcotangent; the gradient may be θ itself unless a parameter is shared, and then only
   * `forward` may follow.
   */
  vjp(cotangent: FloatArray, scale: number, gradient: FloatArray): void;
  /** Keeps the cotangents of all nodes that belong to this one of the outputs, for `vjpTangent`, until the next `forward`. */
  adjoint(cotangent: FloatArray): void;
  /**
   * gradient ← gradient + scale·(Jᵀ·change + (d/dt Jᵀ)cotangent) along the direction of the last `jvp`, for the cotangent of
   * the last `adjoint`: the product with the Hessian of ℓ(f(θ)) when the cotangent is ∂ℓ/∂f and `change` is how that changes
   * along the direction. Throws a RangeError where there has been no `adjoint` since the last `forward`; a `jvp` since then
   * is needed too, and not checked.
   */
  vjpTangent(change: FloatArray, scale: number, gradient: FloatArray): void;
  /**
   * A backward sweep that stops at every node with parameters instead of forming gradients, down to node `lowest` (default 0).
   * It takes one cotangent, or several of them one after another.
   */
  visitParameterUses(cotangent: FloatArray, visit: (use: ParameterUse) => void, lowest?: number): void;
  /** How the node's parameters enter the Jacobian: one share each, or a RangeError where its rule gives fewer or more. */
  sharesOf(node: number): readonly JacobianShare[];
  /** Gives its memory back. */
  release(): void;
}

/** The sweeps of a network over up to `capacity` samples: values, Jv, Jᵀu and what Hessian products take. docs/theory.md §1. */
export function evaluate(graph: Graph, options: EvaluationOptions): Evaluation {
  const { precision, capacity } = options;
  const { math, releaseAll } = owningMath(options.math);
  const { nodes } = graph;
  const sizes = nodes.map(({ shape }) => sizeOf(shape));
  const inputSize = sizeOf(graph.input);
  const outputSize = sizeOf(graph.output.shape);
  const offsets = parameterOffsets(graph);
  const lengths = graph.parameters.map(({ shape }) => sizeOf(shape));
  const total = parameterCount(graph);
  const rules: Rule[] = nodes.map(({ operation, inputs, parameters }) =>
    operation.bind(
      inputs.map((value) => value.shape),
      parameters.map((index) => graph.parameters[index].shape),
      { ...options, math },
    ),
  );
  const active = trainedNodes(graph);
  const pool = bufferPool(math, precision, capacity);
  const inputValues = math.allocate(precision, capacity * inputSize);
  const values = sizes.map((size) => math.allocate(precision, capacity * size));
  const tangents: (FloatArray | undefined)[] = nodes.map(() => undefined);
  const { sweep, clear } = backwardSweep(graph, active, sizes, math, pool);
  const cotangents: NodeArrays = [];
  /** Of the last `adjoint`. */
  const adjoints: NodeArrays = [];
  let noTangent: FloatArray | undefined;

  let count = 0;
  let points: Point[] = [];
  /** That the points have their parameters from. */
  let pointTheta: FloatArray | undefined;
  // views of an array are made once: in a step of a small network they would cost more than its arithmetic
  const viewsOf = new WeakMap<FloatArray, FloatArray[]>();

  const views = (flat: FloatArray): FloatArray[] => {
    const known = viewsOf.get(flat);
    if (known) return known;
    if (flat.length !== total) throw new RangeError(`θ: expected length ${total}, got ${flat.length}`);
    const parts = lengths.map((length, k) => flat.subarray(offsets[k], offsets[k] + length));
    viewsOf.set(flat, parts);
    return parts;
  };
  const of = (all: readonly FloatArray[], node: number) => nodes[node].parameters.map((k) => all[k]);
  const valuesOf = (node: number) =>
    node === inputNode
      ? inputValues.subarray(0, count * inputSize)
      : values[node].subarray(0, count * sizes[node]);

  const tangentsAt = (node: number, along: readonly FloatArray[]): Tangents => ({
    inputs: nodes[node].inputs.map((value) =>
      value.node === inputNode ? undefined : tangents[value.node]?.subarray(0, count * sizes[value.node]),
    ),
    parameters: nodes[node].parameters.length > 0 ? of(along, node) : undefined,
  });
  let direction: FloatArray[] = [];

  const pull = (node: number, cotangent: FloatArray, targets: InputTargets) =>
    rules[node].vjp(points[node], cotangent, targets);
  /** The same for several cotangents one after another. */
  const pullEach = (several: number) => (node: number, cotangent: FloatArray, targets: InputTargets) => {
    const { vjp, affine } = rules[node];
    const point = points[node];
    if (several === 1 || affine) return vjp({ ...point, count: several * count }, cotangent, targets);
    for (let k = 0; k < several; k++) {
      const own = (all: FloatArray) =>
        all.subarray((k * all.length) / several, ((k + 1) * all.length) / several);
      vjp(
        point,
        own(cotangent),
        targets.map((target) => target && own(target)),
      );
    }
  };

  return {
    capacity,
    inputSize,
    outputSize,
    input: (samples) => inputValues.subarray(0, samples * inputSize),
    forward(theta, samples) {
      if (!(samples >= 1 && samples <= capacity)) {
        throw new RangeError(`samples: expected between 1 and ${capacity}, got ${samples}`);
      }
      clear(adjoints);
      if (theta !== pointTheta || samples !== count) {
        const parameters = views(theta);
        count = samples;
        pointTheta = theta;
        points = nodes.map(({ inputs }, node) => ({
          count,
          inputs: inputs.map((value) => valuesOf(value.node)),
          parameters: of(parameters, node),
          output: valuesOf(node),
        }));
      }
      for (const [node, rule] of rules.entries()) rule.forward(points[node]);
      return points[graph.output.node]?.output ?? valuesOf(graph.output.node);
    },
    valueOf: valuesOf,
    jvp(along) {
      direction = views(along);
      for (const [node, rule] of rules.entries()) {
        if (!active[node]) continue;
        tangents[node] ??= math.allocate(precision, capacity * sizes[node]);
        rule.jvp(points[node], tangentsAt(node, direction), tangents[node].subarray(0, count * sizes[node]));
      }
      const result = tangents[graph.output.node];
      if (result) return result.subarray(0, count * outputSize);
      noTangent ??= math.allocate(precision, capacity * outputSize);
      return noTangent.subarray(0, count * outputSize);
    },
    vjp(cotangent, scale, gradient) {
      const gradients = views(gradient);
      sweep(cotangents, count, cotangent, {
        pull,
        visit(node, current) {
          rules[node].parameterVjp?.(points[node], current, scale, of(gradients, node));
        },
      });
    },
    adjoint: (cotangent) => sweep(adjoints, count, cotangent, { pull }),
    vjpTangent(change, scale, gradient) {
      const gradients = views(gradient);
      const { node: last } = graph.output;
      if (last !== inputNode && !adjoints[last]) {
        throw new RangeError("vjpTangent: expected a call of adjoint since the last forward");
      }
      sweep(cotangents, count, change, {
        pull(node, current, targets) {
          pull(node, current, targets);
          rules[node].curvature?.(points[node], tangentsAt(node, direction), adjoints[node]!, targets);
        },
        visit(node, current) {
          const own = of(gradients, node);
          const along = tangentsAt(node, direction);
          rules[node].parameterVjp?.(points[node], current, scale, own);
          rules[node].parameterCurvature?.(points[node], along, adjoints[node]!, scale, own);
        },
      });
    },
    visitParameterUses(cotangent, visit, lowest) {
      const several = Math.max(1, Math.floor(cotangent.length / (count * outputSize)));
      sweep(cotangents, several * count, cotangent, {
        pull: pullEach(several),
        visit(node, current) {
          if (nodes[node].parameters.length > 0) visit({ node, point: points[node], cotangent: current });
        },
        ...(lowest !== undefined && { lowest }),
      });
    },
    sharesOf(node) {
      const { shares = [] } = rules[node];
      const { operation, parameters } = nodes[node];
      if (shares.length === parameters.length) return shares;
      throw new RangeError(
        `${operation.name}: expected a share of each of ${parameters.length} parameters, got ${shares.length}`,
      );
    },
    release: releaseAll,
  };
}

/** Whether a node's value depends on any parameter. */
function trainedNodes({ nodes }: Graph): boolean[] {
  const active: boolean[] = [];
  for (const { inputs, parameters } of nodes) {
    active.push(parameters.length > 0 || inputs.some(({ node }) => node !== inputNode && active[node]));
  }
  return active;
}
