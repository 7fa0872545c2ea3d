import type { FloatArray } from "../../linalg/matrix.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";
import type { BufferPool } from "./bufferPool.ts";
import { type Graph, inputNode } from "./graph.ts";
import type { InputTargets } from "./operation.ts";

/** An array for each node that has been reached. */
export type NodeArrays = (FloatArray | undefined)[];

interface BackwardSteps {
  /** targets ← the parts of a node's inputs in its cotangent, overwritten. */
  pull(node: number, cotangent: FloatArray, targets: InputTargets): void;
  /** Sees each node's cotangent when it is complete, which is then given back. Without it all are kept until `clear`. */
  visit?(node: number, cotangent: FloatArray): void;
  /** Where to stop; 0 by default. */
  readonly lowest?: number;
}

export interface BackwardSweep {
  /** From the output's cotangent to that of every node that `active` marks, in arrays of the pool. */
  sweep(cotangents: NodeArrays, count: number, cotangent: FloatArray, steps: BackwardSteps): void;
  /** Gives back what a sweep has kept, or has left behind where an error broke it off. */
  clear(cotangents: NodeArrays): void;
}

/** The order in which cotangents go back through a graph, and the arrays that hold them. `sizes` are those of a sample's values. */
export function backwardSweep(
  { nodes, output }: Graph,
  active: readonly boolean[],
  sizes: readonly number[],
  math: VectorMath,
  pool: BufferPool,
): BackwardSweep {
  const clear = (cotangents: NodeArrays) => {
    for (const [node, left] of cotangents.entries()) {
      if (left) pool.giveBack(left);
      cotangents[node] = undefined;
    }
  };
  /** Adds what `pull` writes for each input of the node, from node `lowest` on, to that input's cotangent. */
  const spread = (
    cotangents: NodeArrays,
    count: number,
    node: number,
    cotangent: FloatArray,
    { pull, lowest = 0 }: BackwardSteps,
  ) => {
    const reached = (source: number) => source >= lowest && active[source];
    const { inputs } = nodes[node];
    if (!inputs.some(({ node: source }) => reached(source))) return;
    const spare: [number, FloatArray][] = [];
    const targets = inputs.map(({ node: source }) => {
      if (!reached(source)) return undefined;
      const fresh = pool.acquire(count, sizes[source]);
      if (cotangents[source]) spare.push([source, fresh]);
      else cotangents[source] = fresh;
      return fresh;
    });
    pull(node, cotangent, targets);
    for (const [source, part] of spare) {
      math.axpy(1, part, cotangents[source]!);
      pool.giveBack(part);
    }
  };

  return {
    sweep(cotangents, count, cotangent, steps) {
      if (output.node === inputNode) return;
      const size = count * sizes[output.node];
      if (cotangent.length !== size) {
        throw new RangeError(`cotangent: expected length ${size}, got ${cotangent.length}`);
      }
      clear(cotangents);
      const start = pool.acquire(count, sizes[output.node]);
      start.set(cotangent);
      cotangents[output.node] = start;
      for (let node = nodes.length - 1; node >= (steps.lowest ?? 0); node--) {
        const current = cotangents[node];
        if (!current) continue;
        spread(cotangents, count, node, current, steps);
        if (!steps.visit) continue;
        steps.visit(node, current);
        cotangents[node] = undefined;
        pool.giveBack(current);
      }
    },
    clear,
  };
}
