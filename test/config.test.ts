import { describe, expect, it } from "vitest";
import { z } from "zod";
import { namedSection, oneOfNamed, readConfig, section } from "../src/config.ts";
import { InputError } from "../src/inputError.ts";

const model = { width: z.number().max(10).default(2) };
const schema = z.object({
  models: z.array(section(model)).max(2),
  steps: z.int().lt(100).optional(),
  file: z.string().startsWith("a").optional(),
});

const read = (value: unknown) => () => readConfig(schema, value, "run.yaml");

describe("readConfig", () => {
  it("fills in defaults", () => {
    expect(read({ models: [{}] })()).toEqual({ models: [{ width: 2 }] });
  });

  it.each([
    [{ models: [{}, { width: 11 }] }, "run.yaml: models[1].width: expected at most 10, got 11"],
    [{ models: [{ witdh: 1, height: 2 }] }, "run.yaml: models[0]: unknown key witdh, height (known: width)"],
    [{ models: [{}, {}, {}] }, "run.yaml: models: expected a list of at most 2 in length, got [{},{},{}]"],
    [{ models: [], steps: 100 }, "run.yaml: steps: expected less than 100, got 100"],
    [{}, "run.yaml: models: expected a list, got nothing"],
    [{ models: "x".repeat(80) }, `run.yaml: models: expected a list, got "${"x".repeat(56)}…`],
    [{ models: [], file: "b" }, 'run.yaml: file: Invalid string: must start with "a"'],
  ])("names the key, what is allowed and what came: %j", (value, message) => {
    expect(read(value)).toThrow(InputError);
    expect(read(value)).toThrow(new InputError(message));
  });
});

describe("named sections", () => {
  const kinds = ["a", "b", "c"].map((name) => namedSection(name, model));
  const readKind = (count: number) => (value: unknown) =>
    readConfig(oneOfNamed([kinds[0], ...kinds.slice(1, count)]), value, "run.yaml");

  it.each([
    [1, "a"],
    [2, "a or b"],
    [3, "a, b or c"],
  ])("%i of them are listed as in a sentence", (count, names) => {
    expect(() => readKind(count)({ name: "d" })).toThrow(
      new InputError(`run.yaml: name: expected ${names}, got "d"`),
    );
    expect(() => readKind(count)({})).toThrow(
      new InputError(`run.yaml: name: expected ${names}, got nothing`),
    );
  });

  it("take their own keys alone", () => {
    expect(readKind(3)({ name: "b", width: 3 })).toEqual({ name: "b", width: 3 });
    expect(() => readKind(3)({ name: "b", height: 3 })).toThrow("unknown key height (known: name, width)");
  });
});
