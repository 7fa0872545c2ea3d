/** Values with their numbers in other places: of constants now, of weights by looking at them otherwise, of activations in the network. */
import { InputError } from "../../inputError.ts";
import { concat } from "../network/operations/concat.ts";
import { slice } from "../network/operations/slice.ts";
import { transpose } from "../network/operations/transpose.ts";
import { describeShape, type Shape, sizeOf } from "../network/shape.ts";
import { concatTensors, takeFromTensor, transposeTensor } from "./tensor.ts";
import { activation, apply, type Translation } from "./translation.ts";
import { constant, type OnnxValue, shapeOf, Unsupported } from "./value.ts";
import { reshapeWeight, transposeWeight } from "./weightView.ts";

/** The same numbers under another shape. Throws an InputError where the sizes differ. */
export function reshape(value: OnnxValue, shape: Shape, translation: Translation): OnnxValue {
  const own = knownShape(value);
  const whole = shape.every((length) => Number.isInteger(length) && length >= 0);
  if (!whole || sizeOf(own) !== sizeOf(shape)) {
    throw new InputError(
      `expected a shape of as many numbers as ${describeShape(own)}, got [${shape.join(", ")}]`,
    );
  }
  if (value.kind === "constant") return constant({ ...value.tensor, shape });
  const view = value.kind === "weight" ? reshapeWeight(value, shape) : undefined;
  if (view) return view;
  const { builder, parameters } = translation;
  return activation(builder.reshape(parameters.asActivation(value, "Reshape").value, shape));
}

/** Axis k of the result is axis `axes[k]` of the value. */
export function permute(value: OnnxValue, axes: readonly number[], translation: Translation): OnnxValue {
  const shape = knownShape(value);
  if (axes.length !== shape.length || shape.some((_, axis) => !axes.includes(axis))) {
    throw new InputError(`expected an order of the ${shape.length} axes, got [${axes.join(", ")}]`);
  }
  if (value.kind === "constant") return constant(transposeTensor(value.tensor, axes));
  const view = value.kind === "weight" ? transposeWeight(value, axes) : undefined;
  if (view) return view;
  const turned = axes.map((axis) => shape[axis]);
  // axes of length 1 change no order
  const long = axes.filter((axis) => shape[axis] > 1);
  if (long.every((axis, k) => k === 0 || axis > long[k - 1])) return reshape(value, turned, translation);
  return apply(translation, transpose(axes), translation.parameters.asActivation(value, "Transpose"));
}

/** Indices first, first + step, … of one axis, `count` of them; steps may be negative. */
export interface Range {
  readonly axis: number;
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

export function take(value: OnnxValue, range: Range, translation: Translation): OnnxValue {
  const { axis, first, step, count } = range;
  if (value.kind === "constant") {
    const indices = Array.from({ length: count }, (_, k) => first + k * step);
    return constant(takeFromTensor(value.tensor, axis, indices));
  }
  if (first === 0 && step === 1 && count === knownShape(value)[axis]) return value;
  if (step < 0 && count > 1) throw new Unsupported("Slice that goes backwards");
  const input = translation.parameters.asActivation(value, "Slice");
  const end = first + (count - 1) * step + 1;
  return apply(translation, slice({ axis, start: first, end, step: Math.max(step, 1) }), input);
}

/** Values one after another along an axis. */
export function join(values: readonly OnnxValue[], axis: number, translation: Translation): OnnxValue {
  const constants = values.flatMap((value) => (value.kind === "constant" ? [value.tensor] : []));
  if (constants.length === values.length) {
    requireJoinable(
      constants.map(({ shape }) => shape),
      axis,
    );
    return constant(concatTensors(constants, axis));
  }
  if (values.length === 1) return values[0];
  const { builder, parameters } = translation;
  const parts = values.map((value) => parameters.asActivation(value, "Concat").value);
  return activation(builder.apply(concat(axis), parts));
}

function requireJoinable(shapes: readonly Shape[], axis: number): void {
  const [first] = shapes;
  const fits = shapes.every(
    (shape) => shape.length === first.length && shape.every((length, k) => k === axis || length === first[k]),
  );
  if (!fits) {
    throw new InputError(
      `expected shapes that agree but for axis ${axis}, got ${shapes.map(describeShape).join(", ")}`,
    );
  }
}

/** Throws a RangeError for what is missing: operators are not called with that. */
export function knownShape(value: OnnxValue): Shape {
  const shape = shapeOf(value);
  if (!shape) throw new RangeError("a value that is missing has no shape");
  return shape;
}
