import fc from "fast-check";
import { expect, test } from "vitest";
import { opcodes } from "../../src/data/pickleOpcodes.ts";
import { runPickle } from "../../src/data/pickleProgram.ts";
import { isKind, opaque, type PickleValue } from "../../src/data/pickleValues.ts";
import { torchGlobal } from "../../src/data/torchGlobals.ts";
import { InputError } from "../../src/inputError.ts";
import { numpyMissing, runNumpy } from "./numpy.ts";
import { assemble, dict, global, type Instruction, integer, little, text, tuple } from "./pickleAssembler.ts";

const environment = {
  global: (name: string) => torchGlobal(name, "w.pt"),
  persistent: () => opaque("storage"),
};
const run = (bytes: Uint8Array) => runPickle(bytes, "w.pt", environment);
const result = (...program: Instruction[]) => run(assemble(...program, "STOP"));

/** Dicts and tuples as plain objects and arrays, what is opaque as its type. */
function plain(value: PickleValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isKind(value, "tuple")) return value.items.map(plain);
  if (isKind(value, "dict")) {
    return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plain(entry)]));
  }
  return isKind(value, "opaque") ? `<${value.type}>` : value;
}

test.each<[what: string, program: Instruction[], value: unknown]>([
  ["None", ["NONE"], null],
  ["booleans", ["NEWTRUE", "NEWFALSE", "TUPLE2"], [true, false]],
  ["a signed integer of 4 bytes", ["BININT", little(-70000, 4)], -70000],
  [
    "unsigned integers of 1 and 2 bytes",
    [["BININT1", little(200, 1)], ["BININT2", little(60000, 2)], "TUPLE2"],
    [200, 60000],
  ],
  [
    "integers of any length",
    [
      ["LONG1", little(0, 1)],
      ["LONG1", Uint8Array.of(1, 255)],
      ["LONG4", little(6, 4), little(-(2 ** 40), 6)],
      "TUPLE3",
    ],
    [0, -1, -(2 ** 40)],
  ],
  ["an integer that no number holds", ["LONG1", Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 1)], "<number>"],
  ["a float", ["BINFLOAT", Uint8Array.of(0xbf, 0xf8, 0, 0, 0, 0, 0, 0)], -1.5],
  [
    "short and long text",
    [
      ["SHORT_BINUNICODE", Uint8Array.of(2, 0xc3, 0xa9)],
      ["BINUNICODE8", little(1, 8), Uint8Array.of(65)],
      "TUPLE2",
    ],
    ["é", "A"],
  ],
  [
    "text of Python 2",
    [["SHORT_BINSTRING", Uint8Array.of(1, 65)], ["BINSTRING", little(1, 4), Uint8Array.of(66)], "TUPLE2"],
    ["A", "B"],
  ],
  [
    "bytes",
    [
      ["SHORT_BINBYTES", Uint8Array.of(1, 255)],
      ["BINBYTES", little(1, 4), Uint8Array.of(0)],
      ["BINBYTES8", little(0, 8)],
      "TUPLE3",
    ],
    Array(3).fill("<bytes object>"),
  ],
  [
    "lists",
    ["EMPTY_LIST", "NONE", "APPEND", "MARK", "NONE", "NONE", "APPENDS", "MARK", "NONE", "LIST", "TUPLE2"],
    ["<list>", "<list>"],
  ],
  [
    "sets",
    ["EMPTY_SET", "MARK", "NONE", "ADDITEMS", "MARK", "NONE", "FROZENSET", "TUPLE2"],
    ["<set>", "<set>"],
  ],
  ["a set of protocol 2", [global("__builtin__.set"), "EMPTY_LIST", "TUPLE1", "REDUCE"], "<set>"],
  [
    "dicts",
    [dict({ a: "NONE" }), text("b"), "NEWTRUE", "SETITEM", "MARK", text("c"), "NONE", "DICT", "TUPLE2"],
    [{ a: null, b: true }, { c: null }],
  ],
  [
    "keys of other types, which are dropped",
    [dict({ a: "NONE" }), integer(1), "NONE", "SETITEM"],
    { a: null },
  ],
  ["a key twice: the last", [dict({ a: "NONE" }), text("a"), "NEWTRUE", "SETITEM"], { a: true }],
  [
    "the memo",
    [
      "MARK",
      text("a"),
      "BINPUT",
      little(7, 1),
      "LONG_BINPUT",
      little(300, 4),
      "MEMOIZE",
      "BINGET",
      little(7, 1),
      "LONG_BINGET",
      little(300, 4),
      "BINGET",
      little(2, 1),
      "TUPLE",
    ],
    Array(4).fill("a"),
  ],
  [
    "stack manipulation",
    ["MARK", "NONE", "NEWTRUE", "POP", "DUP", "MARK", "NEWTRUE", "POP_MARK", "MARK", "POP", "TUPLE"],
    [null, null],
  ],
  ["frames and a later protocol", ["PROTO", Uint8Array.of(5), "FRAME", little(2, 8), "NONE"], null],
  [
    "names on the stack",
    [text("torch"), text("Size"), "STACK_GLOBAL", tuple(integer(2)), "TUPLE1", "REDUCE"],
    [2],
  ],
  [
    "an OrderedDict with attributes",
    [global("collections.OrderedDict"), "EMPTY_TUPLE", "REDUCE", dict({ _metadata: "NONE" }), "BUILD"],
    {},
  ],
  [
    "a defaultdict",
    [
      global("collections.defaultdict"),
      global("__builtin__.list"),
      "TUPLE1",
      "REDUCE",
      text("a"),
      "NONE",
      "SETITEM",
    ],
    { a: null },
  ],
  ["a Counter", [global("collections.Counter"), dict({ a: integer(2) }), "TUPLE1", "REDUCE"], { a: 2 }],
  [
    "bytes of protocol 2",
    [
      [global("_codecs.encode"), tuple(text("ÿ"), text("latin1")), "REDUCE"],
      [global("__builtin__.bytes"), "EMPTY_TUPLE", "REDUCE"],
      "TUPLE2",
    ],
    ["<bytes object>", "<bytes>"],
  ],
  ["a device", [global("torch.device"), text("cuda"), integer(0), "TUPLE2", "REDUCE"], "<device>"],
])("plain data: %s", (_, program, value) => {
  expect(plain(result(...program))).toEqual(value);
});

test.each<[what: string, program: Instruction[], message: RegExp]>([
  ["nothing", [], /^w\.pt: damaged, .*nothing on the stack at byte 0 of its pickle; save it again$/],
  ["protocol 1", ["PROTO", Uint8Array.of(1)], /pickle protocol 1, expected 2 to 5/],
  [
    "an instruction of protocol 0",
    [new TextEncoder().encode("S'a'\n")],
    /instruction 0x53, which plain data does not need, at byte 0/,
  ],
  ["an object of any class", ["EMPTY_TUPLE", "EMPTY_TUPLE", Uint8Array.of(0x81)], /instruction 0x81/],
  ["a pop from below a mark", ["NONE", "MARK", "NEWTRUE", "TUPLE2"], /nothing on the stack/],
  ["no mark", ["NONE", "TUPLE"], /no mark on the stack at byte 1/],
  ["nothing remembered", ["BINGET", Uint8Array.of(0)], /no memo 0/],
  ["nothing to remember", ["LONG_BINPUT", little(2, 4)], /nothing on the stack/],
  [
    "a memo farther than there are instructions",
    ["NONE", "LONG_BINPUT", little(2 ** 31, 4)],
    /memo 2147483648 at byte 1/,
  ],
  ["an append to no list", ["NONE", "NONE", "APPEND"], /no list on the stack/],
  ["a list as a set", ["EMPTY_LIST", "MARK", "ADDITEMS"], /no set on the stack/],
  ["an item in no dict", ["NONE", "NONE", "NONE", "SETITEM"], /no dict on the stack/],
  ["a key without value", ["EMPTY_DICT", "MARK", "NONE", "SETITEMS"], /a key without a value/],
  ["attributes of a tuple", ["EMPTY_TUPLE", "EMPTY_DICT", "BUILD"], /no dict on the stack/],
  ["a call of text", [text("a"), "EMPTY_TUPLE", "REDUCE"], /a call of what cannot be called/],
  [
    "a call of a storage type",
    [global("torch.FloatStorage"), "EMPTY_TUPLE", "REDUCE"],
    /a call of what cannot be called/,
  ],
  ["a call without a tuple", [global("torch.Size"), "NONE", "REDUCE"], /a call of what cannot be called/],
  [
    "other arguments",
    [global("torch.Size"), "NONE", "TUPLE1", "REDUCE"],
    /unexpected arguments in its pickle, expected tuple/,
  ],
  ["too many arguments", [global("collections.OrderedDict"), "NONE", "TUPLE1", "REDUCE"], /expected none/],
  ["numbers as a name", [integer(1), integer(2), "STACK_GLOBAL"], /no name on the stack/],
  [
    "a name without end",
    ["GLOBAL", new TextEncoder().encode("a".repeat(5000))],
    /byte 1 of its pickle begins no name/,
  ],
  ["text beyond the end", ["BINUNICODE8", little(2 ** 52, 8)], /its pickle ends within an instruction/],
  ["text of a negative length", ["BINUNICODE8", little(-1, 8)], /its pickle ends within an instruction/],
  ["an integer beyond the end", ["LONG4", little(-1, 4)], /its pickle ends within an instruction/],
  [
    "text that is no UTF-8",
    ["SHORT_BINUNICODE", Uint8Array.of(1, 0xff)],
    /byte 2 of its pickle begins no UTF-8 text/,
  ],
])("refused in one line: %s", (_, program, message) => {
  const attempt = () => result(...program);
  expect(attempt).toThrow(InputError);
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(/^w\.pt: [^\n]*$/);
});

test("names that are not allowed are refused as soon as they are met", () => {
  expect(() => result(global("posix.system"), text("x"), "TUPLE1", "REDUCE")).toThrow(
    new InputError(
      "w.pt: expected weights, got a pickle that asks for the Python object posix.system; nothing of it was executed; " +
        'save the weights alone: torch.save(model.state_dict(), "weights.pt")',
    ),
  );
  for (const name of [
    "constructor",
    "builtins.eval",
    "__builtin__.getattr",
    "torch.load",
    "torch.__proto__",
  ]) {
    const dot = `.${name}`.lastIndexOf(".");
    const [module, attribute] = [name.slice(0, Math.max(dot - 1, 0)), name.slice(dot)];
    expect(() => result(text(module), text(attribute), "STACK_GLOBAL")).toThrow(/nothing of it was executed/);
  }
  const long = `os\n\u2028${"x".repeat(1e6)}`;
  expect(() => result(text(long), text("y"), "STACK_GLOBAL")).toThrow(/^w\.pt: [^\n\u2028]{1,300}$/);
});

test("too much of anything is refused, in memory that does not grow with what is claimed", () => {
  const many = (instruction: Instruction, count: number) => {
    const one = assemble(instruction);
    return Buffer.alloc(one.length * count, one);
  };
  const after = (start: Instruction, rest: Uint8Array) => Buffer.concat([assemble(start), rest]);
  expect(() => run(many("EMPTY_DICT", 2 ** 19 + 1))).toThrow(/more than 524288 objects/);
  expect(() => run(after("NONE", many("TUPLE1", 2 ** 19 + 1)))).toThrow(/more than 524288 objects/);
  expect(() => run(many("NONE", 2 ** 22))).toThrow(/more than 4194304 instructions/);
  // 100,000 lists in each other, and a tuple that would have 2^100 leaves: made in linear time, never walked through.
  const nested = Buffer.concat([many("EMPTY_LIST", 1e5), many("APPEND", 1e5 - 1), assemble("STOP")]);
  expect(plain(run(nested))).toBe("<list>");
  const doubled = result("NONE", many(["DUP", "TUPLE2"], 100));
  expect(isKind(doubled, "tuple") && doubled.items.length).toBe(2);
});

test("any sequence of instructions gives a value or an InputError", () => {
  const argument = fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.constantFrom(little(1, 4), little(0, 1)));
  const instruction: fc.Arbitrary<Instruction> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...(Object.keys(opcodes) as (keyof typeof opcodes)[])) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Instruction>("MARK", "NONE", "EMPTY_DICT", "EMPTY_TUPLE", "DUP", text("a")),
    },
    fc.constantFrom("torch._utils._rebuild_tensor_v2", "collections.OrderedDict", "torch.Size").map(global),
    argument,
  );
  let values = 0;
  fc.assert(
    fc.property(fc.array(instruction, { maxLength: 60 }), (program) => {
      try {
        result(...program);
        values++;
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 3000 },
  );
  expect(values).toBeGreaterThan(50);
});

test.skipIf(numpyMissing)(`what Python pickles ${numpyMissing ?? ""}`, () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ min: -1e15, max: 1e15, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      scalar,
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 5 }),
      fc.array(tie("value"), { maxLength: 5 }),
    ),
  }));
  const values = fc.sample(value, { numRuns: 200, seed: 1 }).map((item) => JSON.parse(JSON.stringify(item)));
  // Lists become tuples, whose content is kept.
  const script = `
import pickle, collections
def made(item, kind):
    if isinstance(item, list): return tuple(made(part, kind) for part in item)
    if isinstance(item, dict): return kind((key, made(part, kind)) for key, part in item.items())
    return item
values = json.loads(sys.stdin.read())
print(json.dumps([
    pickle.dumps(made(item, kind), protocol).hex()
    for item in values for protocol in (2, 3, 4, 5) for kind in (dict, collections.OrderedDict)
]))`;
  const pickles: string[] = JSON.parse(runNumpy(script, ".", JSON.stringify(values)));
  expect(pickles.length).toBe(8 * values.length);
  for (const [k, pickle] of pickles.entries()) {
    expect(plain(run(Buffer.from(pickle, "hex")))).toEqual(values[k >> 3]);
  }
});
