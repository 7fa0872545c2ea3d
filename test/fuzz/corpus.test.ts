/** The smallest inputs that once crashed a reader, hung it, filled the memory or broke its message into lines. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfig, section } from "../../src/config.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { readOnnx } from "../../src/models/onnx/readOnnx.ts";
import { parseSweepConfig } from "../../src/runs/sweep/config.ts";
import { withField } from "../../src/runs/sweep/fields.ts";
import { parseTrainConfig } from "../../src/runs/train/config.ts";
import { parseYaml } from "../../src/runs/yaml.ts";
import {
  doubles,
  externalTensor,
  int,
  int64s,
  node,
  type OnnxSpec,
  onnxFile,
} from "../models/onnx/onnxFile.ts";
import { bytesAllocated } from "./allocation.ts";
import { expectOneLine } from "./hostile.ts";
import { watched } from "./watchdog.ts";

const corpus = new URL("./corpus/", import.meta.url);

/** What is thrown, after it was seen to be an InputError of one line. */
async function refusal(input: string | Uint8Array, read: () => unknown): Promise<string> {
  let message = "";
  await watched(input, async () => {
    try {
      await read();
    } catch (error) {
      expectOneLine(error, "hostile.file");
      message = (error as Error).message;
    }
  });
  return message;
}

describe("YAML", () => {
  const complaints: Readonly<Record<string, RegExp>> = {
    // ended the process: the stack ran out where nothing can be caught
    "deepMaps.txt": /1:401: expected YAML: nesting of more than 100 levels/,
    "deepLists.txt": /1:101: expected YAML: nesting of more than 100 levels/,
    // failed with a stack trace
    "aliasBomb.txt": /expected YAML: Excessive alias count/,
    "unknownAlias.txt": /1:4: expected YAML: an anchor &b before the alias \*b, got none/,
    "holdsItself.txt": /1:8: expected YAML: a value that does not hold itself, got \*a/,
  };

  test("each file of the corpus", async () => {
    expect(readdirSync(corpus).sort()).toEqual(Object.keys(complaints).sort());
    for (const [name, complaint] of Object.entries(complaints)) {
      const text = readFileSync(new URL(name, corpus), "utf8");
      for (const read of [parseYaml, parseTrainConfig, parseSweepConfig]) {
        expect(await refusal(text, () => read(text, "hostile.file")), name).toMatch(complaint);
      }
    }
  });

  test("line breaks in keys, infinite numbers, names of what every object has", async () => {
    const steps = await refusal("", () => parseTrainConfig('steps: 1e999\n"a\\nb": 1', "hostile.file"));
    expect(steps).toMatch(/steps: expected a number, got Infinity/);
    expect(steps).toMatch(/unknown key a�b/);
    const nan = await refusal("", () =>
      parseSweepConfig("command: train\nconfig: {}\ndesign: { grid: { a: [.nan] } }", "hostile.file"),
    );
    expect(nan).toMatch(/design\.grid\.a\[0\]: expected a text, a finite number/);
    expect(withField({}, "constructor.name", 1, "x")).toEqual({ constructor: { name: 1 } });
    const big = await refusal("", () => readConfig(section({}), { a: 1n }, "hostile.file"));
    expect(big).toMatch(/unknown key a/);
  });
});

describe("ONNX", () => {
  const many = <T>(count: number, item: (k: number) => T) => Array.from({ length: count }, (_, k) => item(k));
  const relu = node("Relu", ["x"]);
  const cases: readonly { readonly what: string; readonly spec: OnnxSpec; readonly message: RegExp }[] = [
    {
      what: "a constant that doubles with each node",
      spec: {
        nodes: [...many(30, (k) => node("Concat", [`c${k}`, `c${k}`], `c${k + 1}`, { axis: int(0) })), relu],
        tensors: [int64s("c0", [1, 2, 3])],
      },
      message: /\(Concat\): expected a constant of at most 2\^24 numbers/,
    },
    {
      what: "a row taken again and again",
      spec: {
        nodes: [node("ConstantOfShape", ["s"], "c"), node("Gather", ["c", "i"], "g"), relu],
        tensors: [int64s("s", [1, 2 ** 24]), int64s("i", Array(100).fill(0))],
      },
      message: /\(Gather\): expected a constant of at most 2\^24 numbers/,
    },
    {
      what: "many constants, each of which is modest",
      spec: {
        nodes: [...many(200, (k) => node("ConstantOfShape", ["s"], `c${k}`)), relu],
        tensors: [int64s("s", [2 ** 24])],
      },
      message: /expected constants of at most 2\^25 numbers beside the file's own/,
    },
    {
      what: "a shape of 2^24 axes",
      spec: {
        nodes: [node("ConstantOfShape", ["s"], "t"), node("Reshape", ["x", "t"])],
        tensors: [int64s("s", [2 ** 24])],
      },
      message: /expected at most 4096 numbers as input 2/,
    },
    {
      what: "a parameter named as a statistic",
      spec: {
        input: ["n", 4, 2, 2],
        nodes: [node("BatchNormalization", ["x", "g", "b", "m", "v"], "o"), node("Mul", ["o", "o.mean"])],
        tensors: [..."gbmv"]
          .map((name) => doubles(name, [4], [1, 1, 1, 1]))
          .concat(doubles("o.mean", [2], [1, 2])),
      },
      message: /expected parameters and buffers of different names, got two named 'o\.mean'/,
    },
    {
      what: "numbers beyond the end of the other file",
      spec: { nodes: [relu], tensors: [externalTensor("w", [2], { location: "w.bin", offset: "16777216" })] },
      message: /tensor 'w': expected 0 bytes from byte 16777216 of w\.bin, which has 64/,
    },
  ];

  test.each(cases)("$what", async ({ spec, message }) => {
    const file = onnxFile(spec);
    const openExternal = (location: string) => Promise.resolve(fromBytes(new Uint8Array(64), location));
    let said = "";
    const bytes = await bytesAllocated(async () => {
      said = await refusal(file, () => readOnnx(file, { name: "hostile.file", openExternal }));
    });
    expect(said).toMatch(message);
    expect(bytes).toBeLessThan(2 ** 29);
  });
});
