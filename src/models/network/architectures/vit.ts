import { InputError } from "../../../inputError.ts";
import { gelu } from "../../activations.ts";
import { type Graph, type GraphBuilder, graphBuilder, type Value } from "../graph.ts";
import { multiHeadAttention } from "../multiHeadAttention.ts";
import { activation } from "../operations/activation.ts";
import { add } from "../operations/add.ts";
import { bias } from "../operations/bias.ts";
import { reduceMean } from "../operations/reduceMean.ts";
import { transpose } from "../operations/transpose.ts";
import type { Shape } from "../shape.ts";
import { imageShape } from "./images.ts";
import { type Modules, modules } from "./modules.ts";
import type { ConfigOf } from "./schema.ts";

/**
 * A vision transformer (Dosovitskiy et al. 2021): non-overlapping patches as tokens, learned positions, pre-norm blocks
 * of attention and an MLP with GELU, layer norm, the mean over tokens (no class token), a dense layer. Parameters:
 * positions, patches, those of nn.TransformerEncoder with norm_first (encoder.layers.0.self_attn.in_proj_weight, …),
 * head. Throws an InputError where patches do not tile the image or heads do not divide the dimension.
 */
export function vit(config: ConfigOf<"vit">, input: Shape, outputs: number): Graph {
  const b = graphBuilder(input);
  const made = modules(b, config.initialisation);
  const [channels, height, width] = imageShape("vit", input);
  const { patch, dimension } = config;
  if (height % patch !== 0 || width % patch !== 0) {
    throw new InputError(
      `vit: expected a patch that divides the image's ${height}×${width} pixels, got ${patch}; choose patch: ${largestPatch(height, width, patch)}`,
    );
  }
  const tokens = (height / patch) * (width / patch);
  const positions = b.parameter("positions", [tokens, dimension], "embedding");
  const embed = made.conv2d("patches", channels, dimension, { kernel: patch, stride: patch });

  const embedded = b.apply(transpose([1, 0]), [b.reshape(embed(b.input), [dimension, tokens])]);
  let x = b.apply(bias(), [embedded], [positions]);
  for (let k = 0; k < config.layers; k++) x = block(b, made, config, `encoder.layers.${k}`, x);
  x = b.apply(reduceMean([0]), [made.layerNorm("encoder.norm", dimension)(x)]);
  return b.finish(made.head("head", dimension, outputs)(x));
}

/** x ← x + attention(norm₁(x)), x ← x + MLP(norm₂(x)): nn.TransformerEncoderLayer with norm_first. */
function block(
  b: GraphBuilder,
  { layerNorm, linear }: Modules,
  { dimension, hidden, heads }: ConfigOf<"vit">,
  name: string,
  input: Value,
): Value {
  const attended = multiHeadAttention(b, layerNorm(`${name}.norm1`, dimension)(input), {
    prefix: `${name}.self_attn.`,
    heads,
  });
  const middle = b.apply(add(), [input, attended]);
  const normed = layerNorm(`${name}.norm2`, dimension)(middle);
  const raised = b.apply(activation(gelu), [linear(`${name}.linear1`, dimension, hidden)(normed)]);
  return b.apply(add(), [middle, linear(`${name}.linear2`, hidden, dimension)(raised)]);
}

/** The largest number up to `most` that divides both. */
function largestPatch(height: number, width: number, most: number): number {
  let patch = Math.min(most, height, width);
  while (height % patch !== 0 || width % patch !== 0) patch--;
  return patch;
}
