/** Convolutions and pooling. */
import { averagePool2d } from "../../network/operations/averagePool2d.ts";
import { conv2d } from "../../network/operations/conv2d.ts";
import { globalAveragePool } from "../../network/operations/globalAveragePool.ts";
import { maxPool2d } from "../../network/operations/maxPool2d.ts";
import {
  activationInput,
  type OnnxNode,
  type Operator,
  requiredInput,
  type Translation,
} from "../translation.ts";
import { type OnnxValue, Unsupported } from "../value.ts";
import { reshapeWeight } from "../weightView.ts";
import { imageOf, slidingOf } from "../window.ts";

export const imageOperators: Readonly<Record<string, Operator>> = {
  Conv: convolution,

  MaxPool(node, translation) {
    const image = imageOf(node, activationInput(node, 0, translation), translation);
    const { attributes } = node;
    const ceilMode = attributes.integer("ceil_mode") === 1;
    // decides only how the second output counts
    attributes.integer("storage_order");
    const operation = maxPool2d({ ...slidingOf(node, image), ceilMode });
    return image.restore(translation.builder.apply(operation, [image.value]));
  },

  AveragePool(node, translation) {
    const image = imageOf(node, activationInput(node, 0, translation), translation);
    const { dilation, ...sliding } = slidingOf(node, image);
    if (dilation.some((step) => step !== 1)) throw new Unsupported("AveragePool with dilations");
    const operation = averagePool2d({
      ...sliding,
      ceilMode: node.attributes.integer("ceil_mode") === 1,
      countIncludePadding: node.attributes.integer("count_include_pad") === 1,
    });
    return image.restore(translation.builder.apply(operation, [image.value]));
  },

  GlobalAveragePool(node, translation) {
    const image = imageOf(node, activationInput(node, 0, translation), translation);
    const { builder } = translation;
    const mean = builder.apply(globalAveragePool(), [image.value]);
    return image.restore(builder.reshape(mean, [...mean.shape, 1, 1]));
  },

  GlobalMaxPool(node, translation) {
    const image = imageOf(node, activationInput(node, 0, translation), translation);
    const [, height, width] = image.value.shape;
    return image.restore(translation.builder.apply(maxPool2d({ kernel: [height, width] }), [image.value]));
  },
};

function convolution(node: OnnxNode, translation: Translation): OnnxValue {
  const image = imageOf(node, activationInput(node, 0, translation), translation);
  const filters = requiredInput(node, 1);
  const added = node.inputs[2];
  if (filters.kind !== "weight" || (added && added.kind !== "weight")) {
    throw new Unsupported("Conv with filters or a bias that are no initializers");
  }
  const { shape } = filters;
  const flat = image.line ? [shape[0], shape[1], 1, shape[2]] : shape;
  const weight =
    flat.length === 4 && shape.length === (image.line ? 3 : 4) ? reshapeWeight(filters, flat) : undefined;
  if (!weight) throw new Unsupported(`Conv with filters of ${shape.length - 2} dimensions`);
  const { kernel, ...sliding } = slidingOf(node, image, shape.slice(2));
  if (kernel[0] !== flat[2] || kernel[1] !== flat[3]) {
    throw new Unsupported("Conv whose kernel_shape is not that of its filters");
  }
  const groups = node.attributes.integer("group") ?? 1;
  const { parameters, builder } = translation;
  const used = [parameters.required(weight, "weight", "Conv")];
  if (added) used.push(parameters.required(added, "bias", "Conv"));
  const operation = conv2d({ ...sliding, groups, bias: added !== undefined });
  return image.restore(builder.apply(operation, [image.value], used));
}
