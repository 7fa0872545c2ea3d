import { describe, expect, it } from "vitest";
import { z } from "zod";
import { alternatives, knownKeys, readConfig } from "../src/config.ts";
import { InputError } from "../src/inputError.ts";

const model = { width: z.number().max(10).default(2) };
const schema = z.object({
  models: z.array(z.strictObject(model, { error: knownKeys(model) })).max(2),
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

it("alternatives reads as a sentence does", () => {
  expect([[], [1], [1, 2], ["a", "b", "c"]].map(alternatives)).toEqual(["", "1", "1 or 2", "a, b or c"]);
});
