import type { ScalarFunction } from "../../../src/linalg/vectorMath.ts";
import { type Graph, graphBuilder, type Value } from "../../../src/models/network/graph.ts";
import { activation } from "../../../src/models/network/operations/activation.ts";
import { add } from "../../../src/models/network/operations/add.ts";
import { affine } from "../../../src/models/network/operations/affine.ts";
import { bias } from "../../../src/models/network/operations/bias.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { layerNorm } from "../../../src/models/network/operations/layerNorm.ts";
import { matmul } from "../../../src/models/network/operations/matmul.ts";
import { multiply } from "../../../src/models/network/operations/multiply.ts";
import { reduceMean } from "../../../src/models/network/operations/reduceMean.ts";
import { scaleBy } from "../../../src/models/network/operations/scaleBy.ts";
import { softmax } from "../../../src/models/network/operations/softmax.ts";
import { transpose } from "../../../src/models/network/operations/transpose.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import type { RandomStream } from "../../../src/random/stream.ts";

/** An activation that is smooth and curved everywhere. */
export const sine: ScalarFunction = {
  kind: "sine",
  value: Math.sin,
  derivative: Math.cos,
  secondDerivative: (z) => -Math.sin(z),
};

/**
 * A smooth network drawn at random over a 2×2 input: every value may serve several nodes or one node twice, parameters
 * are shared where they fit, views cost nothing, and the output may be any value, also one that others use, one that
 * no parameter reaches, or the input itself.
 */
export function randomGraph(steps: number, share: boolean, stream: RandomStream): Graph {
  const g = graphBuilder([2, 2]);
  const values: Value[] = [g.input];
  const known: { kind: string; index: number; length: number }[] = [];
  let names = 0;
  const pick = <T>(list: readonly T[]): T => list[stream.integer(list.length)];
  const parameter = (kind: string, shape: number[]): number => {
    const length = sizeOf(shape);
    const fitting = known.filter((one) => one.kind === kind && one.length === length);
    if (share && fitting.length > 0 && stream.integer(3) > 0) return pick(fitting).index;
    const index = g.parameter(`p${names++}`, shape, "weight");
    known.push({ kind, index, length });
    return index;
  };
  const square = (value: Value) => g.reshape(value, [2, 2]);
  // so that no chain of sums or products makes a network too steep for differences
  const halved = (value: Value) => g.apply(affine({ scale: 0.5, shift: -0.25 }), [value]);
  const bounded = (value: Value) => g.apply(activation(sine), [value]);

  const makers: ((x: Value) => Value)[] = [
    (x) => g.apply(dense(), [square(x)], [parameter("weight", [2, 2]), parameter("row", [2])]),
    (x) => g.apply(dense({ bias: false }), [g.reshape(x, [4])], [parameter("wide", [4, 4])]),
    bounded,
    (x) => halved(g.apply(add(), [square(x), square(pick(values))])),
    (x) => halved(g.apply(add(), [x, x])),
    (x) => bounded(g.apply(multiply(), [square(x), square(pick(values))])),
    (x) => bounded(g.apply(multiply(), [x, x])),
    (x) =>
      bounded(
        g.apply(matmul({ transposeRight: stream.integer(2) === 0 }), [square(x), square(pick(values))]),
      ),
    (x) => g.apply(transpose([1, 0]), [square(x)]),
    (x) => g.reshape(x, pick([[4], [2, 2], [1, 4], [2, 1, 2]])),
    (x) => g.apply(softmax(), [x]),
    (x) => g.apply(layerNorm({ epsilon: 0.5 }), [square(x)], [parameter("row", [2]), parameter("row", [2])]),
    (x) => g.apply(scaleBy(), [square(x)], [parameter("row", [2])]),
    (x) => g.apply(bias(), [square(x)], [parameter("row", [2])]),
  ];
  for (let step = 0; step < steps; step++) values.push(pick(makers)(pick(values)));
  const output = stream.integer(4) === 0 ? pick(values) : values[values.length - 1];
  if (stream.integer(3) > 0) return g.finish(output);
  return g.finish(g.apply(reduceMean([1]), [square(output)]));
}
