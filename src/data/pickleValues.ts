/** What a pickle of torch.save can consist of, as far as finding tensors needs it. */
import { InputError } from "../inputError.ts";
import type { ElementType } from "./floatElements.ts";
import type { ZipMember } from "./zipDirectory.ts";

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleOpaque
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | TorchStorage
  | TorchTensor;

/** A value whose content nobody asks for: it is not kept. */
export interface PickleOpaque {
  readonly kind: "opaque";
  /** As Python calls it. */
  readonly type: string;
}

export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

export interface PickleDict {
  readonly kind: "dict";
  /** The entries whose key is a string, in the order of the file. */
  readonly entries: Map<string, PickleValue>;
  /** How often an entry was set under a key of another type; those are not kept. */
  otherKeys: number;
}

/** A name that the allow-list holds: a constant, or a function of our own in the place of Python's. */
export interface PickleGlobal {
  readonly kind: "global";
  /** "torch.FloatStorage" */
  readonly name: string;
  /** Throws an InputError that begins with `file` where the arguments are not what torch.save writes. */
  readonly call?: (args: readonly PickleValue[], file: string) => PickleValue;
}

/** One-dimensional memory that tensors are views of: a member of the archive. */
export interface TorchStorage {
  readonly kind: "storage";
  /** "torch.FloatStorage" */
  readonly type: string;
  /** Undefined for types that are not read as numbers. */
  readonly dtype: ElementType | undefined;
  /** Number of elements. */
  readonly size: number;
  readonly member: ZipMember;
}

/** A view: element (i, j, …) is element offset + i·strides[0] + j·strides[1] + … of the storage; it lies within. */
export interface TorchTensor {
  readonly kind: "tensor";
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export function emptyDict(): PickleDict {
  return { kind: "dict", entries: new Map(), otherKeys: 0 };
}

export function opaque(type: string): PickleOpaque {
  return { kind: "opaque", type };
}

export function isKind<Kind extends (PickleValue & object)["kind"]>(
  value: PickleValue,
  kind: Kind,
): value is Extract<PickleValue, { readonly kind: Kind }> {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** "a dict", "a tensor": for messages. */
export function described(value: PickleValue): string {
  if (value === null) return "None";
  if (typeof value !== "object")
    return { boolean: "a bool", number: "a number", string: "a string" }[
      typeof value as "boolean" | "number" | "string"
    ];
  if (value.kind === "opaque") return `a ${value.type}`;
  return value.kind === "global" ? value.name : `a ${value.kind}`;
}

/** One line: which file, what is wrong. */
export function damagedPickle(file: string, problem: string): InputError {
  return new InputError(`${file}: damaged, or not a file of torch.save: ${problem}; save it again`);
}

/** What to do about a file that holds more, or other things, than weights. */
export const saveWeightsAlone = 'save the weights alone: torch.save(model.state_dict(), "weights.pt")';
