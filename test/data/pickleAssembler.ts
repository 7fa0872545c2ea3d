/** Pickles and files of torch.save made by hand, instruction by instruction. */
import { opcodes } from "../../src/data/pickleOpcodes.ts";
import { encodeZip } from "../../src/data/zipWriter.ts";

/** An instruction by name, with its argument's bytes; or bytes as they are. */
export type Instruction = keyof typeof opcodes | Uint8Array | readonly Instruction[];

export function assemble(...program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const add = (instruction: Instruction): void => {
    if (typeof instruction === "string") bytes.push(opcodes[instruction]);
    else if (instruction instanceof Uint8Array) for (const byte of instruction) bytes.push(byte);
    else for (const part of instruction) add(part);
  };
  for (const instruction of program) add(instruction);
  return Uint8Array.from(bytes);
}

export function text(value: string): Instruction {
  const bytes = new TextEncoder().encode(value);
  return ["BINUNICODE", little(bytes.length, 4), bytes];
}

export function integer(value: number): Instruction {
  return ["LONG1", Uint8Array.of(8), little(value, 8)];
}

export function global(name: string): Instruction {
  const dot = name.lastIndexOf(".");
  return ["GLOBAL", new TextEncoder().encode(`${name.slice(0, dot)}\n${name.slice(dot + 1)}\n`)];
}

export function tuple(...items: readonly Instruction[]): Instruction {
  return ["MARK", items, "TUPLE"];
}

export function dict(entries: Readonly<Record<string, Instruction>>): Instruction {
  return [
    "EMPTY_DICT",
    "MARK",
    Object.entries(entries).map(([key, value]) => [text(key), value]),
    "SETITEMS",
  ];
}

export function storage(type: string, key: string, size: number): Instruction {
  return [tuple(text("storage"), global(type), text(key), text("cpu"), integer(size)), "BINPERSID"];
}

export function tensor(
  of: Instruction,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  ...more: readonly Instruction[]
): Instruction {
  const hooks: Instruction = [global("collections.OrderedDict"), "EMPTY_TUPLE", "REDUCE"];
  const view = [integer(offset), tuple(...shape.map(integer)), tuple(...strides.map(integer))];
  return [
    global("torch._utils._rebuild_tensor_v2"),
    tuple(of, ...view, "NEWFALSE", hooks, ...more),
    "REDUCE",
  ];
}

/** The archive of a program that leaves its result on the stack, with its storages by key. */
export function torchFile(
  program: Instruction,
  members: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {},
  { compressed = false, folder = "archive" } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const contents = {
    "data.pkl": assemble("PROTO", Uint8Array.of(2), program, "STOP"),
    ...members,
    version: new TextEncoder().encode("3\n"),
  };
  return encodeZip(
    Object.entries(contents).map(([name, bytes]) => ({ name: `${folder}/${name}`, bytes })),
    compressed,
  );
}

export function little(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes.slice(0, length);
}
