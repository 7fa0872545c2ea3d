/** Operators that give the same numbers under another shape, or the numbers of shapes. */
import { InputError } from "../../../inputError.ts";
import { sizeOf } from "../../network/shape.ts";
import { axesOf, axisOf, broadcastShape, reshapeTarget } from "../axes.ts";
import { knownShape, permute, reshape } from "../moves.ts";
import { stretched } from "../operands.ts";
import { broadcastTensor, integerTensor } from "../tensor.ts";
import { constantIntegers, integersOf, type Operator, requiredInput } from "../translation.ts";
import { constant } from "../value.ts";

export const shapeOperators: Readonly<Record<string, Operator>> = {
  Reshape(node, translation) {
    const value = requiredInput(node, 0);
    const target = constantIntegers(node, 1) ?? [];
    const zeroIsZero = node.attributes.integer("allowzero") === 1;
    return reshape(value, reshapeTarget(knownShape(value), target, zeroIsZero), translation);
  },

  Flatten(node, translation) {
    const value = requiredInput(node, 0);
    const shape = knownShape(value);
    const axis = node.attributes.integer("axis") ?? 1;
    // the rank itself puts all axes before
    const split = axis === shape.length ? axis : axisOf(axis, shape.length);
    return reshape(value, [sizeOf(shape.slice(0, split)), sizeOf(shape.slice(split))], translation);
  },

  Squeeze(node, translation) {
    const value = requiredInput(node, 0);
    const shape = knownShape(value);
    const given = integersOf(node, "axes", 13, 1);
    const axes = given ? axesOf(given, shape.length) : [...shape.keys()].filter((axis) => shape[axis] === 1);
    if (axes.some((axis) => shape[axis] !== 1)) {
      throw new InputError(
        `expected axes of length 1 to leave out, got [${axes.join(", ")}] of [${shape.join(", ")}]`,
      );
    }
    return reshape(
      value,
      shape.filter((_, axis) => !axes.includes(axis)),
      translation,
    );
  },

  Unsqueeze(node, translation) {
    const value = requiredInput(node, 0);
    const shape = knownShape(value);
    const given = integersOf(node, "axes", 13, 1) ?? [];
    const axes = axesOf(given, shape.length + given.length);
    let result = [...shape];
    for (const axis of axes) result = result.toSpliced(axis, 0, 1);
    return reshape(value, result, translation);
  },

  Transpose(node, translation) {
    const value = requiredInput(node, 0);
    const order = node.attributes.integers("perm") ?? [...knownShape(value).keys()].reverse();
    return permute(value, order, translation);
  },

  Shape(node) {
    const shape = knownShape(requiredInput(node, 0));
    const start = node.attributes.integer("start") ?? 0;
    const part = shape.slice(start, node.attributes.integer("end"));
    return constant(integerTensor([part.length], part));
  },

  Size: (node) => constant(integerTensor([], [sizeOf(knownShape(requiredInput(node, 0)))])),

  Expand(node, translation) {
    const value = requiredInput(node, 0);
    const shape = knownShape(value);
    const full = broadcastShape(shape, constantIntegers(node, 1) ?? []);
    if (sizeOf(full) === sizeOf(shape)) return reshape(value, full, translation);
    if (value.kind !== "constant") {
      return stretched(translation.parameters.asActivation(value, "Expand"), full, translation);
    }
    return constant(broadcastTensor(value.tensor, full));
  },
};
