import { InputError } from "../../inputError.ts";
import type { GraphBuilder, Value } from "./graph.ts";
import { affine } from "./operations/affine.ts";
import { dense } from "./operations/dense.ts";
import { matmul } from "./operations/matmul.ts";
import { slice } from "./operations/slice.ts";
import { softmax } from "./operations/softmax.ts";
import { transpose } from "./operations/transpose.ts";
import { describeShape } from "./shape.ts";

/** Heads and size of an attention over tokens. */
export interface MultiHeadAttentionOptions {
  /** Of the parameters' names: "encoder.self_attn." */
  readonly prefix: string;
  /** How many; each takes d/heads features. */
  readonly heads: number;
  /** Whether a position attends only to itself and those before it; by default to all. */
  readonly causal?: boolean;
}

/**
 * Self-attention (Vaswani et al. 2017) as PyTorch's nn.MultiheadAttention(d, heads, batch_first=True) without dropout:
 * T×d → T×d, softmax(QKᵀ/√(d/heads))V in each head. Registers its parameters under that module's names: in_proj_weight
 * (3d×d, queries, keys and values), in_proj_bias (3d), out_proj.weight (d×d), out_proj.bias (d). Throws an InputError
 * where the input is not T×d, the heads do not divide d, or the names are taken.
 */
export function multiHeadAttention(
  builder: GraphBuilder,
  input: Value,
  { prefix, heads, causal = false }: MultiHeadAttentionOptions,
): Value {
  const [length, width] = input.shape;
  if (input.shape.length !== 2 || !Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
    throw new InputError(
      `multi-head attention: expected positions×features with features that ${heads} heads divide, got ${describeShape(input.shape)}; choose a width that is a multiple of the heads`,
    );
  }
  const each = width / heads;
  const projections = [
    builder.parameter(`${prefix}in_proj_weight`, [3 * width, width], "weight", { in: width, out: 3 * width }),
    builder.parameter(`${prefix}in_proj_bias`, [3 * width], "bias"),
  ];
  const output = [
    builder.parameter(`${prefix}out_proj.weight`, [width, width], "weight", { in: width, out: width }),
    builder.parameter(`${prefix}out_proj.bias`, [width], "bias"),
  ];

  const projected = builder.apply(dense(), [input], projections);
  // (query, key or value)×heads×T×features of a head
  const stacked = builder.apply(transpose([1, 2, 0, 3]), [
    builder.reshape(projected, [length, 3, heads, each]),
  ]);
  const [queries, keys, values] = [0, 1, 2].map((part) => {
    const one = builder.apply(slice({ axis: 0, start: part, end: part + 1 }), [stacked]);
    return builder.reshape(one, [heads, length, each]);
  });
  const products = builder.apply(matmul({ transposeRight: true }), [queries, keys]);
  const scores = builder.apply(
    affine({ scale: 1 / Math.sqrt(each), shift: causal ? causalMask(length) : 0 }),
    [products],
  );
  const attended = builder.apply(matmul(), [builder.apply(softmax(), [scores]), values]);
  const joined = builder.reshape(builder.apply(transpose([1, 0, 2]), [attended]), [length, width]);
  return builder.apply(dense(), [joined], output);
}

/** 0 where the column is not after the row, −∞ where it is: T×T, for every head. */
function causalMask(length: number) {
  const data = Float64Array.from({ length: length ** 2 }, (_, k) =>
    k % length > Math.floor(k / length) ? Number.NEGATIVE_INFINITY : 0,
  );
  return { shape: [length, length], data };
}
