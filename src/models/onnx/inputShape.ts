import type { ValueInfoProto } from "onnx-buf";
import { InputError } from "../../inputError.ts";
import { describeShape, type Shape, sameShape } from "../network/shape.ts";
import { numberType } from "./readTensor.ts";

/** The model's input for a batch of one sample. */
export interface BatchOfOne {
  /** Axes as the file has them, that of the batch with length 1. */
  readonly full: Shape;
  readonly batchAxis: number;
  /** One sample's, without the axis of the batch. */
  readonly sample: Shape;
}

/**
 * `sample` is the shape of the data's samples, where it is known: other axes than the batch's may be of any length in the
 * file, and take theirs from it. Throws an InputError where the batch is fixed to another size than 1, a length stays
 * open, or the samples have another shape.
 */
export function inputShape({ name, type }: ValueInfoProto, file: string, sample?: Shape): BatchOfOne {
  const tensor = type?.value.case === "tensorType" ? type.value.value : undefined;
  const dims = tensor?.shape?.dim;
  if (!tensor || !dims || dims.length === 0 || !numberType(tensor.elemType)) {
    throw new InputError(
      `${file}: expected an input '${name}' of numbers with an axis for the batch, got ${dims?.length === 0 ? "a single number" : "something else"}; export a model of one tensor`,
    );
  }
  const lengths = dims.map(({ value }) =>
    value.case === "dimValue" && value.value > 0n ? Number(value.value) : undefined,
  );
  const open = (axis: number) => lengths[axis] === undefined;
  const batchAxis = open(0) || lengths[0] === 1 ? 0 : lengths.indexOf(undefined);
  if (batchAxis < 0) {
    throw new InputError(
      `${file}: expected a batch of any size or of 1 in the input '${name}', got ${lengths.join("×")}, a batch fixed to ${lengths[0]}; export it with dynamic_axes={"${name}": {0: "n"}} or an example of one sample`,
    );
  }
  const others = [...lengths.keys()].filter((axis) => axis !== batchAxis);
  if (sample === undefined && others.some(open)) {
    throw new InputError(
      `${file}: expected fixed lengths of all axes of the input '${name}' but the batch's, got ${lengths.map((length) => length ?? "?").join("×")}; export it with dynamic_axes for the batch alone`,
    );
  }
  const given = sample?.length === others.length ? sample : undefined;
  const own = others.map((axis, k) => lengths[axis] ?? given?.[k] ?? 0);
  const long = (shape: Shape) => shape.filter((length) => length !== 1);
  if (sample && !sameShape(long(own), long(sample))) {
    throw new InputError(
      `${file}: expected samples of shape ${others.map((axis) => lengths[axis] ?? "any").join("×") || "one number"} for the input '${name}', got ${describeShape(sample)}; check the order of the data's axes`,
    );
  }
  const full = lengths.map((_, axis) => (axis === batchAxis ? 1 : own[others.indexOf(axis)]));
  return { full, batchAxis, sample: own };
}
