/** Batch norm, layer norm and means. */
import { InputError } from "../../../inputError.ts";
import { affine } from "../../network/operations/affine.ts";
import { batchNorm } from "../../network/operations/batchNorm.ts";
import { layerNorm } from "../../network/operations/layerNorm.ts";
import { reduceMean } from "../../network/operations/reduceMean.ts";
import { sameShape, sizeOf } from "../../network/shape.ts";
import { axesOf, axisOf } from "../axes.ts";
import { combine, scale } from "../combine.ts";
import { knownShape, reshape } from "../moves.ts";
import type { Tensor } from "../tensor.ts";
import {
  activation,
  activationInput,
  apply,
  constantInput,
  integersOf,
  type OnnxNode,
  type Operator,
  requiredInput,
  type Translation,
} from "../translation.ts";
import { type Activation, type OnnxValue, shapeOf, Unsupported } from "../value.ts";
import { reshapeWeight } from "../weightView.ts";
import { trainingMode } from "./constants.ts";

export const normalisationOperators: Readonly<Record<string, Operator>> = {
  BatchNormalization: batchNormalisation,
  LayerNormalization: layerNormalisation,
  ReduceMean: reduction(18, () => 1),
  ReduceSum: reduction(13, (count) => count),
};

/** With the statistics of the file. */
function batchNormalisation(node: OnnxNode, translation: Translation): OnnxValue {
  const { attributes } = node;
  const outputs = node.outputs.filter((name) => name !== "");
  if (attributes.integer("training_mode") === 1 || outputs.length > 1) {
    throw trainingMode(node, translation.file);
  }
  const epsilon = attributes.number("epsilon") ?? 1e-5;
  // how running statistics would be updated
  attributes.number("momentum");
  const input = activationInput(node, 0, translation);
  const { shape } = input.value;
  const [scale, shift] = [requiredInput(node, 1), requiredInput(node, 2)];
  const [mean, variance] = [3, 4].map((index) => constantInput(node, index));
  const channels = shape[1];
  const each = [scale, shift].every((value) => sameShape(knownShape(value), [channels]));
  if (
    !mean ||
    !variance ||
    !each ||
    ![mean, variance].every((tensor) => sameShape(tensor.shape, [channels]))
  ) {
    throw new InputError(
      `expected four tensors of ${channels} numbers, one a channel, for an input of [${shape.join(", ")}]`,
    );
  }
  if (scale.kind === "constant" && shift.kind === "constant") {
    return fixedScaling(
      input,
      { scale: scale.tensor, shift: shift.tensor, mean, variance, epsilon },
      translation,
    );
  }
  if (scale.kind !== "weight" || shift.kind !== "weight" || shape[0] !== 1) {
    throw new Unsupported("BatchNormalization whose scale or shift is no initializer");
  }
  const { builder, parameters } = translation;
  const statistics = (name: string, { data }: Tensor) =>
    builder.buffer(`${node.outputs[0]}.${name}`, [channels], data);
  const operation = batchNorm({
    mean: statistics("mean", mean),
    variance: statistics("variance", variance),
    epsilon,
  });
  const used = [
    parameters.required(scale, "scale", node.type),
    parameters.required(shift, "bias", node.type),
  ];
  const value = builder.apply(operation, [builder.reshape(input.value, shape.slice(1))], used);
  return activation(builder.reshape(value, shape));
}

interface Statistics {
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

/** Without parameters: γ(x − m)/√(v + ε) + β as a factor and a term for each channel. */
function fixedScaling(input: Activation, s: Statistics, translation: Translation): Activation {
  const { shape } = input.value;
  const factors = s.scale.data.map((gain, c) => gain / Math.sqrt(s.variance.data[c] + s.epsilon));
  const terms = s.shift.data.map((term, c) => term - s.mean.data[c] * factors[c]);
  const wide = [shape[1], ...shape.slice(2).map(() => 1)];
  const operation = affine({ scale: { shape: wide, data: factors }, shift: { shape: wide, data: terms } });
  return apply(translation, operation, input);
}

function layerNormalisation(node: OnnxNode, translation: Translation): OnnxValue {
  const { attributes } = node;
  const input = activationInput(node, 0, translation);
  const { shape } = input.value;
  const axis = axisOf(attributes.integer("axis") ?? -1, shape.length);
  const epsilon = attributes.number("epsilon") ?? 1e-5;
  // the precision of the statistics
  attributes.integer("stash_type");
  const axes = shape.length - axis;
  const [scale, shift] = [requiredInput(node, 1), node.inputs[2]];
  const normalised = shape.slice(axis);
  if (scale.kind === "weight" && shift?.kind === "weight") {
    const views = [scale, shift].map(
      (weight) => sameShape(weight.shape, normalised) && reshapeWeight(weight, normalised),
    );
    const [gain, term] = views.map(
      (view, k) => view && translation.parameters.index(view, k === 0 ? "scale" : "bias"),
    );
    if (typeof gain === "number" && typeof term === "number") {
      return apply(translation, layerNorm({ axes, epsilon }), input, [gain, term]);
    }
  }
  const plain = apply(translation, layerNorm({ axes, epsilon, affine: false }), input);
  const scaled = combine({ by: "Mul", node: node.name, inputs: [plain, scale] }, translation);
  return shift ? combine({ by: "Add", node: node.name, inputs: [scaled, shift] }, translation) : scaled;
}

/** Means times `factor` of how many numbers each is of; axes are an input from `opset` on. */
function reduction(opset: number, factor: (count: number) => number): Operator {
  return (node, translation) => reduce(node, opset, factor, translation);
}

function reduce(
  node: OnnxNode,
  opset: number,
  factor: (count: number) => number,
  translation: Translation,
): OnnxValue {
  const value = requiredInput(node, 0);
  const given = integersOf(node, "axes", opset, 1) ?? [];
  const keep = (node.attributes.integer("keepdims") ?? 1) !== 0;
  const unchanged = node.attributes.integer("noop_with_empty_axes") === 1;
  if (given.length === 0 && unchanged) return value;
  const shape = shapeOf(value);
  const made = { by: node.type, node: node.name, inputs: [value] };
  if (!shape) return { kind: "missing", made };
  const axes = given.length === 0 ? [...shape.keys()] : axesOf(given, shape.length);
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const result = keep ? kept : kept.filter((_, axis) => !axes.includes(axis));
  const record = { ...made, axes: keep ? axes : undefined };
  if (value.kind === "missing") return { kind: "missing", made: record, shape: result };
  const input = translation.parameters.asActivation(value, node.type);
  const long = axes.filter((axis) => shape[axis] > 1);
  const averaged = long.length > 0 ? apply(translation, reduceMean(long), input) : input;
  const reduced = scale(averaged, factor(sizeOf(long.map((axis) => shape[axis]))), translation);
  const view = reshape(reduced, result, translation);
  return view.kind === "activation" ? { ...view, made: record } : view;
}
