import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { openStateDict } from "../../src/data/torchFile.ts";
import { InputError } from "../../src/inputError.ts";
import { elementFile, mutations } from "./arrayFixtures.ts";
import {
  assemble,
  dict,
  global,
  type Instruction,
  integer,
  little,
  storage,
  tensor,
  text,
  torchFile,
  tuple,
} from "./pickleAssembler.ts";

const fixtures = join(import.meta.dirname, "../fixtures/torch");
const fixture = (name: string) => new Uint8Array(readFileSync(join(fixtures, name)));
const open = (file: Uint8Array) => openStateDict(fromBytes(file, "w.pt"));
const refusal = async (file: Uint8Array) => {
  const error = await open(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
};

interface Recorded {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
const recorded: Record<string, Record<string, Recorded>> = JSON.parse(
  readFileSync(join(fixtures, "stateDicts.json"), "utf8"),
);

test.each(Object.entries(recorded))("%s holds what PyTorch reads in it", async (name, tensors) => {
  const collection = await open(fixture(name));
  const readable = collection.names.filter((tensor) => tensor !== "complex" && tensor !== "expanded");
  expect(readable).toEqual(Object.keys(tensors));
  for (const [key, { shape, values }] of Object.entries(tensors)) {
    const array = await collection.array(key);
    expect(array).toMatchObject({ name: `w.pt:${key}`, shape });
    expect(Array.from(await readAll(array))).toEqual(values);
  }
  await collection.close();
});

test("what lies around the state dict is listed", async () => {
  const describe = async (name: string) => {
    const { path, ignored } = await open(fixture(name));
    return { path, ignored };
  };
  const beside = "epoch best arch done seed history tags commit size dtype device rng optimizer scheduler";
  expect(await describe("checkpoint.pt")).toEqual({ path: ["state_dict"], ignored: beside.split(" ") });
  expect(await describe("compiled.pt")).toEqual({ path: ["model", "state_dict"], ignored: ["model.ema"] });
  expect(await describe("parameters.pt")).toEqual({ path: ["net"], ignored: ["lr"] });
  expect(await describe("views.pt")).toEqual({ path: [], ignored: [] });
});

test("tensors that cannot be read as numbers are listed, and refused when they are opened", async () => {
  await expect((await open(fixture("elementTypes.pt"))).array("complex")).rejects.toThrow(
    new InputError(
      "w.pt:complex: expected real numbers, got elements of torch.ComplexFloatStorage; convert it before saving",
    ),
  );
  const views = await open(fixture("views.pt"));
  await expect(views.array("expanded")).rejects.toThrow(
    /^w\.pt:expanded: expected a tensor of elements of its own, got shape \(40, 2\) expanded from 60; save it after .contiguous\(\)$/,
  );
  await expect(views.array("other")).rejects.toThrow(
    /^w\.pt: no array 'other'; it holds matrix, transposed, /,
  );
});

test.each([
  [
    "hostile.pt",
    /got a pickle that asks for the Python object posix\.system; nothing of it was executed; save/,
  ],
  [
    "wholeModule.pt",
    /the Python object torch\.nn\.modules\.container\.Sequential; nothing of it was executed/,
  ],
  ["script.pt", /expected a file of torch\.save, got a TorchScript archive; save/],
  ["sparse.pt", /expected dense tensors, got one that torch\._utils\._rebuild_sparse_tensor makes/],
  ["tensor.pt", /expected a dict of tensors, got a tensor; save/],
  [
    "noTensors.pt",
    /expected a dict of tensors, found none; it holds epoch \(a number\), loss \(a list\); save/,
  ],
  [
    "several.pt",
    /found 2: checkpoint\['generator'\] \(2 tensors\), checkpoint\['critic'\] \(2 tensors\); save the one that is meant/,
  ],
])("%s is refused in one line", async (name, message) => {
  expect(await refusal(fixture(name))).toMatch(message);
  expect(await refusal(fixture(name))).toMatch(/^w\.pt: [^\n]*$/);
});

const numbers = (...values: number[]) => elementFile(values, "float32", true) as Uint8Array<ArrayBuffer>;
const three = { "data/0": numbers(1, 2, 3) };
const floats = storage("torch.FloatStorage", "0", 3);
const vector = tensor(floats, 0, [3], [1]);

test("byte order: what the archive says", async () => {
  const members = (order: string) => ({
    "data/0": elementFile([1, -2, 3], "float64", order === "little") as Uint8Array<ArrayBuffer>,
    byteorder: new TextEncoder().encode(order),
  });
  const program = dict({ a: tensor(storage("torch.DoubleStorage", "0", 3), 0, [3], [1]) });
  for (const order of ["little", "big"]) {
    const { array } = await open(await torchFile(program, members(order)));
    expect(Array.from(await readAll(await array("a")))).toEqual([1, -2, 3]);
  }
  expect(await refusal(await torchFile(program, members("middle")))).toMatch(/byte order 'middle', expected/);
});

test.each<[what: string, program: Instruction, path: string[], names: string[], ignored: string[]]>([
  ["a dict of tensors", dict({ a: vector, b: vector }), [], ["a", "b"], []],
  ["tensors beside other values", dict({ a: vector, epoch: integer(1) }), [], ["a"], ["epoch"]],
  [
    "usual keys, in their order",
    dict({ model: dict({ a: vector }), model_state_dict: dict({ b: vector }) }),
    ["model_state_dict"],
    ["b"],
    ["model"],
  ],
  [
    "a usual key whose dict also holds other values",
    dict({ state_dict: dict({ a: vector, extra: "NONE" }), ema: dict({ b: vector }) }),
    ["state_dict"],
    ["a"],
    ["ema", "state_dict.extra"],
  ],
  [
    "a usual key that holds no dict",
    dict({ model: text("resnet"), weights: dict({ a: vector }) }),
    ["weights"],
    ["a"],
    ["model"],
  ],
  ["below a usual key", dict({ model: dict({ net: dict({ a: vector }) }) }), ["model", "net"], ["a"], []],
  [
    "rather tensors alone than among other values",
    dict({ rng: vector, epoch: integer(1), net: dict({ a: vector }) }),
    ["net"],
    ["a"],
    ["rng", "epoch"],
  ],
  [
    "not what numbers lead to",
    dict({
      net: dict({ a: vector }),
      optimizer: ["EMPTY_DICT", integer(0), dict({ step: vector }), "SETITEM"],
    }),
    ["net"],
    ["a"],
    ["optimizer"],
  ],
  [
    "wrapped models",
    dict({ "module.module.a": vector, "module.b._orig_mod.c": vector }),
    [],
    ["module.a", "b.c"],
    [],
  ],
  ["not wrapped: a name of its own", dict({ "module.a": vector, n: vector }), [], ["module.a", "n"], []],
  ["names that would become one", dict({ "_orig_mod.a": vector, a: vector }), [], ["_orig_mod.a", "a"], []],
  [
    "a dict that contains itself",
    [dict({ a: vector }), "BINPUT", little(0, 1), text("self"), "BINGET", little(0, 1), "SETITEM"],
    [],
    ["a"],
    ["self"],
  ],
])("finds %s", async (_, program, path, names, ignored) => {
  expect(await open(await torchFile(program, three))).toMatchObject({ path, names, ignored });
});

const metadata = dict({ neg: "NEWTRUE" });
test.each<[what: string, program: Instruction, message: RegExp]>([
  ["a view beyond its storage", dict({ a: tensor(floats, 1, [3], [1]) }), /reaches beyond its 3 elements/],
  [
    "strides beyond",
    dict({ a: tensor(floats, 0, [2, 2], [2, 1]) }),
    /shape \(2, 2\) and strides \(2, 1\) from element 0/,
  ],
  ["2^60 rows of one element", dict({ a: tensor(floats, 0, [2 ** 52, 2 ** 8], [0, 0]) }), /reaches beyond/],
  ["a negative offset", dict({ a: tensor(floats, -1, [3], [1]) }), /a tensor that is no view of a storage/],
  ["a negative stride", dict({ a: tensor(floats, 2, [3], [-1]) }), /a tensor that is no view of a storage/],
  ["fewer strides than axes", dict({ a: tensor(floats, 0, [3, 1], [1]) }), /a tensor that is no view/],
  [
    "65 axes",
    dict({ a: tensor(floats, 0, Array(65).fill(1), Array(65).fill(1)) }),
    /a tensor that is no view/,
  ],
  ["a tensor of a tensor", dict({ a: tensor(vector, 0, [3], [1]) }), /a tensor that is no view of a storage/],
  [
    "a negated view",
    dict({ a: tensor(floats, 0, [3], [1], metadata) }),
    /negated or conjugated .* \.resolve_neg\(\)/,
  ],
  [
    "a storage that is not there",
    dict({ a: tensor(storage("torch.FloatStorage", "1", 3), 0, [3], [1]) }),
    /no storage '1'/,
  ],
  [
    "a storage outside its folder",
    dict({ a: tensor(storage("torch.FloatStorage", "../version", 3), 0, [3], [1]) }),
    /no storage '\.\.\/version'/,
  ],
  [
    "a storage of another size",
    dict({ a: tensor(storage("torch.FloatStorage", "0", 4), 0, [3], [1]) }),
    /expected 4 elements of float32 in 'archive\/data\/0', got 12 bytes/,
  ],
  [
    "a storage of another type",
    dict({ a: tensor(storage("torch.DoubleStorage", "0", 3), 0, [3], [1]) }),
    /expected 3 elements of float64/,
  ],
  [
    "a storage that is none",
    dict({ a: tensor(storage("torch.Size", "0", 3), 0, [3], [1]) }),
    /refers to something that is no storage/,
  ],
  [
    "a reference to a class",
    dict({ a: [tuple(text("module"), text("os")), "BINPERSID"] }),
    /refers to something that is no storage/,
  ],
  [
    "a reference by a number",
    dict({ a: [integer(7), "BINPERSID"] }),
    /refers to something that is no storage/,
  ],
  [
    "a parameter of no tensor",
    [global("torch._utils._rebuild_parameter"), tuple(floats, "NONE", "NONE"), "REDUCE"],
    /unexpected arguments/,
  ],
  [
    "numbered tensors",
    ["EMPTY_DICT", integer(0), vector, "SETITEM"],
    /found none; it holds nothing under a name/,
  ],
  ["a list", ["EMPTY_LIST", vector, "APPEND"], /expected a dict of tensors, got a list/],
  ["a name of many lines", dict({ "a\n\u2028b": integer(1) }), /it holds a��b \(a number\)/],
  [
    "nine dicts in each other",
    Array(9)
      .fill(0)
      .reduce((inner: Instruction) => dict({ x: inner }), dict({ a: vector })),
    /found none/,
  ],
])("refused in one line: %s", async (_, program, message) => {
  const error = await refusal(await torchFile(program, three));
  expect(error).toMatch(message);
  expect(error).toMatch(/^w\.pt: [^\n\u2028]*$/);
});

test("archives that torch.save does not write", async () => {
  const program = dict({ a: vector });
  expect(await refusal(await torchFile(program, three, { folder: "a/b" }))).toMatch(
    /with no data\.pkl; save/,
  );
  expect(await refusal(await torchFile(program, three, { compressed: true }))).toMatch(
    /expected uncompressed members, .*got 'archive\/data\.pkl' compressed; save it again with torch\.save$/,
  );
  expect(await refusal(new TextEncoder().encode("PK text"))).toMatch(
    /expected a zip archive, found no end of one/,
  );
});

test("a file is closed where it is refused", async () => {
  for (const name of ["hostile.pt", "noTensors.pt"]) {
    const bytes = fromBytes(fixture(name), "w.pt");
    await expect(openStateDict(bytes)).rejects.toThrow(InputError);
    await expect(bytes.read(0, new Uint8Array(1))).rejects.toThrow(/closed/);
  }
});

test("20,000 views of one storage, and dicts that 2^40 paths lead to", async () => {
  const remembered: Instruction = [dict({ a: vector }), "BINPUT", little(0, 1)];
  // Each dict contains the one before twice: 2^40 paths lead to the innermost.
  const twice = (k: number): Instruction => [
    "EMPTY_DICT",
    text("x"),
    "BINGET",
    little(k, 1),
    "SETITEM",
    text("y"),
    "BINGET",
    little(k, 1),
    "SETITEM",
    "BINPUT",
    little(k + 1, 1),
  ];
  const deep = [remembered, Array.from({ length: 40 }, (_, k) => twice(k))];
  expect(await refusal(await torchFile(deep, three))).toMatch(
    /found none; it holds x \(a dict\), y \(a dict\)/,
  );
  const wide = [vector, "BINPUT", little(0, 1), "POP", "EMPTY_DICT"] as const;
  const entries = Array.from(
    { length: 20_000 },
    (_, k): Instruction => [text(`t${k}`), "BINGET", little(0, 1), "SETITEM"],
  );
  const collection = await open(await torchFile([...wide, entries], three));
  expect(collection.names.length).toBe(20_000);
  expect(Array.from(await readAll(await collection.array("t19999")))).toEqual([1, 2, 3]);
});

test("a damaged file is refused or read as what it then says, never worse", async () => {
  const names = readdirSync(fixtures).filter((name) => name.endsWith(".pt") && name !== "legacy.pt");
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    const file = fixture(name);
    // Half of the changes go into the pickle, which lies at the front.
    const pickle = Math.min(file.length, 2000);
    const property = fc.asyncProperty(fc.oneof(mutations(file), mutations(file, pickle)), async (mutated) => {
      try {
        const collection = await open(mutated);
        for (const tensor of collection.names) {
          const values = await readAll(await collection.array(tensor));
          expect(values.length).toBeLessThanOrEqual(mutated.length);
        }
        await collection.close();
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message).toMatch(/^w\.pt[^\n]*$/);
      }
    });
    await fc.assert(property, { numRuns: 300 });
  }
});

test("the hostile fixture asks for what it says", () => {
  // So that its refusal is not for another reason.
  expect(Buffer.from(fixture("hostile.pt")).includes(Buffer.from(assemble(global("posix.system"))))).toBe(
    true,
  );
});
