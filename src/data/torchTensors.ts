/** Storages and the tensors that are views of them, checked as they are made: a view never reaches beyond its storage. */
import { InputError } from "../inputError.ts";
import type { ArraySource } from "./arraySource.ts";
import type { ByteSource } from "./byteSource.ts";
import { arrayBytes, type ElementType, elementBytes } from "./floatElements.ts";
import { denseArray } from "./floatSlab.ts";
import {
  damagedPickle,
  isKind,
  type PickleValue,
  type TorchStorage,
  type TorchTensor,
} from "./pickleValues.ts";
import { shownName } from "./shownNames.ts";
import { rowMajorStrides, stridedArray } from "./stridedArray.ts";
import type { ZipMember } from "./zipDirectory.ts";

/** Element type of a storage; undefined for those that are not read as numbers. */
export const storageTypes: ReadonlyMap<string, ElementType | undefined> = new Map([
  ["torch.DoubleStorage", "float64"],
  ["torch.FloatStorage", "float32"],
  ["torch.HalfStorage", "float16"],
  ["torch.BFloat16Storage", "bfloat16"],
  ["torch.LongStorage", "int64"],
  ["torch.IntStorage", "int32"],
  ["torch.ShortStorage", "int16"],
  ["torch.CharStorage", "int8"],
  ["torch.ByteStorage", "uint8"],
  ["torch.BoolStorage", "bool"],
  ["torch.ComplexDoubleStorage", undefined],
  ["torch.ComplexFloatStorage", undefined],
]);

/**
 * The storage that a persistent id ("storage", type, key, location, number of elements) names; where it was when it was
 * saved, on which GPU, does not matter. `memberOf` finds the member of the archive by its key.
 * Throws an InputError where the id is another, or the member does not have that many elements.
 */
export function persistentStorage(
  id: PickleValue,
  file: string,
  memberOf: (key: string) => ZipMember | undefined,
): TorchStorage {
  const [tag, type, key, , size] = isKind(id, "tuple") ? id.items : [];
  if (tag !== "storage" || !isKind(type, "global") || !storageTypes.has(type.name)) {
    throw damagedPickle(file, "its pickle refers to something that is no storage of tensors");
  }
  if (typeof key !== "string" || !isSize(size)) throw damagedPickle(file, "a storage without key or size");
  const member = memberOf(key);
  if (member === undefined) throw damagedPickle(file, `no storage '${shownName(key)}'`);
  const dtype = storageTypes.get(type.name);
  if (dtype !== undefined && member.size !== size * elementBytes[dtype]) {
    throw damagedPickle(
      file,
      `expected ${size} elements of ${dtype} in '${shownName(member.name)}', got ${member.size} bytes`,
    );
  }
  return { kind: "storage", type: type.name, dtype, size, member };
}

/** torch._utils._rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks). */
export function rebuiltTensor(args: readonly PickleValue[], file: string): TorchTensor {
  const [storage, offset, shape, strides] = args;
  if (args.length === 7) {
    throw new InputError(
      `${file}: expected plain tensors, got one that is negated or conjugated when it is read; ` +
        "save it after .resolve_neg().resolve_conj()",
    );
  }
  const sizes = sizesOf(shape);
  const steps = sizesOf(strides);
  if (
    args.length !== 6 ||
    !isKind(storage, "storage") ||
    !isSize(offset) ||
    sizes?.length !== steps?.length ||
    sizes === undefined ||
    steps === undefined
  ) {
    throw damagedPickle(file, "a tensor that is no view of a storage");
  }
  const last = sizes.reduce((element, size, axis) => element + (size - 1) * steps[axis], offset);
  const empty = sizes.includes(0);
  if (arrayBytes(sizes, "float64") === undefined || (!empty && !(last < storage.size))) {
    throw damagedPickle(
      file,
      `a tensor of shape (${sizes.join(", ")}) and strides (${steps.join(", ")}) from element ${offset} ` +
        `reaches beyond its ${storage.size} elements`,
    );
  }
  return { kind: "tensor", storage, offset, shape: sizes, strides: steps };
}

/**
 * The numbers of a tensor, whose storage's bytes are `bytes`. Closing it closes `bytes`.
 * Throws an InputError that begins with the name of `bytes` where the type is not read as numbers, or the tensor has
 * more elements than its storage: nothing makes it small then, and memory for it would have to be found.
 */
export function tensorArray(tensor: TorchTensor, bytes: ByteSource, littleEndian: boolean): ArraySource {
  const { shape, strides, offset } = tensor;
  const { type, dtype, size } = tensor.storage;
  if (dtype === undefined) {
    throw new InputError(
      `${bytes.name}: expected real numbers, got elements of ${type}; convert it before saving`,
    );
  }
  const length = shape.reduce((product, count) => product * count, 1);
  if (length > size) {
    throw new InputError(
      `${bytes.name}: expected a tensor of elements of its own, got shape (${shape.join(", ")}) expanded from ${size}; ` +
        "save it after .contiguous()",
    );
  }
  const dense = rowMajorStrides(shape);
  if (shape.some((count, axis) => count > 1 && strides[axis] !== dense[axis])) {
    return stridedArray({ bytes, offset, shape, strides, dtype, littleEndian });
  }
  return denseArray({
    bytes,
    position: offset * elementBytes[dtype],
    shape,
    dtype,
    littleEndian,
    order: "C",
  });
}

/** What PyTorch itself allows. */
const mostAxes = 64;

function sizesOf(value: PickleValue | undefined): readonly number[] | undefined {
  if (value === undefined || !isKind(value, "tuple") || value.items.length > mostAxes) return undefined;
  return value.items.every(isSize) ? value.items : undefined;
}

function isSize(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
