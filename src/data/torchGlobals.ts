/**
 * The Python names that a file of torch.save may refer to, and what stands in their place. Nothing else is looked up,
 * and none of these is Python's: reading a file runs no code of the file's choosing.
 */
import { InputError } from "../inputError.ts";
import {
  damagedPickle,
  emptyDict,
  isKind,
  opaque,
  type PickleGlobal,
  type PickleValue,
  saveWeightsAlone,
} from "./pickleValues.ts";
import { shownName } from "./shownNames.ts";
import { rebuiltTensor, storageTypes } from "./torchTensors.ts";

/** Throws an InputError where `name`, asked for by `file`, is not allowed. */
export function torchGlobal(name: string, file: string): PickleGlobal {
  const global = globals.get(name);
  if (global !== undefined) return global;
  if (name.startsWith("torch._utils._rebuild_")) {
    throw new InputError(
      `${file}: expected dense tensors, got one that ${shownName(name)} makes; ` +
        "save it after .to_dense(), .dequantize() or .float()",
    );
  }
  throw new InputError(
    `${file}: expected weights, got a pickle that asks for the Python object ${shownName(name)}; nothing of it was ` +
      `executed; ${saveWeightsAlone}`,
  );
}

/** Named as values, never called: a dtype in the arguments of a run, the default factory of a dict. */
const constants = [
  ..."float16 bfloat16 float32 float64 complex64 complex128 int8 int16 int32 int64 uint8 bool"
    .split(" ")
    .map((type) => `torch.${type}`),
  ...["int", "float", "list", "dict"].flatMap(builtin),
];

/** Their content is not kept. */
const inertTypes = ["set", "frozenset", "bytes", "bytearray", "complex"];

type Call = NonNullable<PickleGlobal["call"]>;

const callables: Readonly<Record<string, Call>> = {
  "collections.OrderedDict": expecting([], emptyDict),
  // Its argument makes missing values: of no use here.
  "collections.defaultdict": emptyDict,
  "collections.Counter": expecting(["dict"], ([dict]) => dict),
  "torch.Size": expecting(["tuple"], ([size]) => size),
  "torch.device": () => opaque("device"),
  // How protocol 2 writes bytes.
  "_codecs.encode": () => opaque("bytes object"),
  "torch._utils._rebuild_tensor_v2": rebuiltTensor,
  // (data, requires_grad, backward_hooks[, state])
  "torch._utils._rebuild_parameter": expecting(["tensor", "any", "any"], ([tensor]) => tensor),
  "torch._utils._rebuild_parameter_with_state": expecting(
    ["tensor", "any", "any", "any"],
    ([tensor]) => tensor,
  ),
  ...Object.fromEntries(
    inertTypes.flatMap((type) => builtin(type).map((name): [string, Call] => [name, () => opaque(type)])),
  ),
};

const globals: ReadonlyMap<string, PickleGlobal> = new Map(
  [
    ...[...storageTypes.keys(), ...constants].map((name): PickleGlobal => ({ kind: "global", name })),
    ...Object.entries(callables).map(([name, call]): PickleGlobal => ({ kind: "global", name, call })),
  ].map((global) => [global.name, global]),
);

/** In protocol 2 by the module's name in Python 2. */
function builtin(name: string): string[] {
  return [`builtins.${name}`, `__builtin__.${name}`];
}

function expecting(
  kinds: readonly ((PickleValue & object)["kind"] | "any")[],
  result: (args: readonly PickleValue[]) => PickleValue,
): Call {
  return (args, file) => {
    const fits =
      args.length === kinds.length && kinds.every((kind, k) => kind === "any" || isKind(args[k], kind));
    if (!fits)
      throw damagedPickle(file, `unexpected arguments in its pickle, expected ${kinds.join(", ") || "none"}`);
    return result(args);
  };
}
