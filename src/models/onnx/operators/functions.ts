/** Nonlinearities, element by element, and softmax. */

import type { ScalarFunction } from "../../../linalg/vectorMath.ts";
import { gelu, geluTanh, leakyReLU, relu, sigmoid, softplus, tanh } from "../../activations.ts";
import { activation as elementwise } from "../../network/operations/activation.ts";
import { softmax } from "../../network/operations/softmax.ts";
import { axisOf } from "../axes.ts";
import { activation, activationInput, apply, type Operator } from "../translation.ts";
import { Unsupported } from "../value.ts";

const fixed =
  (f: ScalarFunction): Operator =>
  (node, translation) => {
    const input = activationInput(node, 0, translation);
    const made = { by: node.type, node: node.name, inputs: [input] };
    return { ...apply(translation, elementwise(f), input), made };
  };

export const functionOperators: Readonly<Record<string, Operator>> = {
  Relu: fixed(relu),
  Sigmoid: fixed(sigmoid),
  Tanh: fixed(tanh),
  Softplus: fixed(softplus),

  LeakyRelu(node, translation) {
    const slope = node.attributes.number("alpha") ?? 0.01;
    if (slope === 0) return fixed(relu)(node, translation);
    if (!(slope > 0 && slope <= 1)) throw new Unsupported(`LeakyRelu with alpha ${slope}`);
    return fixed(leakyReLU(slope))(node, translation);
  },

  Gelu(node, translation) {
    const approximate = node.attributes.text("approximate") ?? "none";
    if (approximate === "none") return fixed(gelu)(node, translation);
    if (approximate === "tanh") return fixed(geluTanh)(node, translation);
    throw new Unsupported(`Gelu with approximate '${approximate}'`);
  },

  Softmax(node, translation) {
    const input = activationInput(node, 0, translation);
    const { shape } = input.value;
    const axis = axisOf(node.attributes.integer("axis") ?? (node.opset < 13 ? 1 : -1), shape.length);
    if (node.opset >= 13) return apply(translation, softmax(axis), input);
    // over all axes from this one on together
    const { builder } = translation;
    const rows = builder.reshape(input.value, [
      ...shape.slice(0, axis),
      shape.slice(axis).reduce((a, b) => a * b, 1),
    ]);
    return activation(builder.reshape(builder.apply(softmax(axis), [rows]), shape));
  },
};
