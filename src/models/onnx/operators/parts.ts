/** Operators that take values apart and put them together. */
import { InputError } from "../../../inputError.ts";
import { embedding } from "../../network/operations/embedding.ts";
import { pad } from "../../network/operations/pad.ts";
import { axisOf } from "../axes.ts";
import { join, knownShape, type Range, reshape, take } from "../moves.ts";
import { takeFromTensor } from "../tensor.ts";
import {
  activation,
  activationInput,
  apply,
  constantInput,
  constantIntegers,
  integersOf,
  type OnnxNode,
  type Operator,
  requiredInput,
  type Translation,
} from "../translation.ts";
import { constant, type OnnxValue, Unsupported } from "../value.ts";

export const partOperators: Readonly<Record<string, Operator>> = {
  Concat(node, translation) {
    const values = node.inputs.map((_, index) => requiredInput(node, index));
    const axis = node.attributes.integer("axis") ?? 0;
    if (values.length === 0) throw new InputError("expected at least one input, got none");
    return join(values, axisOf(axis, knownShape(values[0]).length), translation);
  },
  Slice: slices,
  Split: split,
  Gather: gather,
  Pad: padding,
};

function slices(node: OnnxNode, translation: Translation): OnnxValue {
  let value = requiredInput(node, 0);
  const list = (index: number) => constantIntegers(node, index);
  const [starts, ends] = [list(1) ?? [], list(2) ?? []];
  const [axes, steps] = [list(3) ?? [...starts.keys()], list(4) ?? starts.map(() => 1)];
  const lengths = [starts, ends, axes, steps].map((list) => list.length);
  if (new Set(lengths).size !== 1) {
    throw new InputError(`expected as many starts, ends, axes and steps, got ${lengths.join(", ")}`);
  }
  for (const [k, given] of axes.entries()) {
    const shape = knownShape(value);
    const axis = axisOf(given, shape.length);
    value = take(value, sliceRange(axis, shape[axis], starts[k], ends[k], steps[k]), translation);
  }
  return value;
}

/** As in NumPy: negative places count from the end, and places beyond the ends are moved there. */
function sliceRange(axis: number, length: number, start: number, end: number, step: number): Range {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const place = (given: number) => Math.min(Math.max(given < 0 ? given + length : given, lowest), highest);
  const [first, stop] = [place(start), place(end)];
  const count = Math.max(Math.ceil((stop - first) / step), 0);
  if (!Number.isInteger(count)) throw new InputError(`expected a step other than 0, got ${step}`);
  return { axis, first, step, count };
}

function split(node: OnnxNode, translation: Translation): OnnxValue[] {
  const value = requiredInput(node, 0);
  const shape = knownShape(value);
  const axis = axisOf(node.attributes.integer("axis") ?? 0, shape.length);
  node.attributes.integer("num_outputs");
  const equal = Math.ceil(shape[axis] / node.outputs.length);
  const sizes =
    integersOf(node, "split", 13, 1) ?? node.outputs.map((_, k) => Math.min(equal, shape[axis] - k * equal));
  if (sizes.some((size) => size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== shape[axis]) {
    throw new InputError(`expected parts of together ${shape[axis]}, got [${sizes.join(", ")}]`);
  }
  let first = 0;
  return sizes.map((count) => {
    const part = take(value, { axis, first, step: 1, count }, translation);
    first += count;
    return part;
  });
}

/** Rows of an embedding, or parts of a value by constant indices. */
function gather(node: OnnxNode, translation: Translation): OnnxValue {
  const [value, indices] = [requiredInput(node, 0), requiredInput(node, 1)];
  const shape = knownShape(value);
  const axis = axisOf(node.attributes.integer("axis") ?? 0, shape.length);
  if (indices.kind === "activation") {
    if (value.kind !== "weight" || axis !== 0 || shape.length !== 2) {
      throw new Unsupported("Gather of anything but rows of an embedding by the data");
    }
    const table = translation.parameters.required(value, "embedding", node.type);
    return apply(translation, embedding(), indices, [table]);
  }
  const places = constantInput(node, 1)!.data.map((index) => (index < 0 ? index + shape[axis] : index));
  const wrong = places.findIndex((place) => !(place >= 0 && place < shape[axis]));
  if (wrong >= 0) throw new InputError(`expected indices below ${shape[axis]}, got ${places[wrong]}`);
  const result = [...shape.slice(0, axis), ...knownShape(indices), ...shape.slice(axis + 1)];
  return reshape(pick(value, axis, places, translation), result, translation);
}

function pick(value: OnnxValue, axis: number, places: Float64Array, translation: Translation): OnnxValue {
  if (value.kind === "constant") return constant(takeFromTensor(value.tensor, axis, places));
  const [first, second = first + 1] = places;
  const step = second - first;
  if (places.length === 0 || places.some((place, k) => place !== first + k * step)) {
    throw new Unsupported("Gather by indices that are not evenly spaced");
  }
  return take(value, { axis, first, step, count: places.length }, translation);
}

function padding(node: OnnxNode, translation: Translation): OnnxValue {
  const mode = node.attributes.text("mode") ?? "constant";
  if (mode !== "constant") throw new Unsupported(`Pad with mode '${mode}'`);
  const input = activationInput(node, 0, translation);
  const { shape } = input.value;
  const pads = constantIntegers(node, 1) ?? [];
  const axes = (constantIntegers(node, 3) ?? [...shape.keys()]).map((axis) => axisOf(axis, shape.length));
  if (pads.length !== 2 * axes.length) {
    throw new InputError(`expected ${2 * axes.length} counts of padding, got ${pads.length}`);
  }
  if (pads.every((count) => count === 0)) return input;
  if ((constantInput(node, 2)?.data[0] ?? 0) !== 0) throw new Unsupported("Pad with other numbers than 0");
  if (pads.some((count) => count < 0)) throw new Unsupported("Pad by negative counts");
  const [before, after] = [shape.map(() => 0), shape.map(() => 0)];
  for (const [k, axis] of axes.entries()) {
    before[axis] = pads[k];
    after[axis] = pads[k + axes.length];
  }
  return activation(translation.builder.apply(pad({ before, after }), [input.value]));
}
