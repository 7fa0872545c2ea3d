import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBytes } from "../../src/data/byteSource.ts";
import { matchWeights } from "../../src/data/matchWeights.ts";
import { openSafetensors } from "../../src/data/safetensors.ts";
import { encodeSafetensors } from "../../src/data/safetensorsWriter.ts";
import { openStateDict } from "../../src/data/torchFile.ts";
import { InputError } from "../../src/inputError.ts";

const safetensors = (shapes: Readonly<Record<string, readonly number[]>>) => {
  const tensors = Object.entries(shapes).map(([name, shape], k) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return [name, { data: Float64Array.from({ length: size }, (_, i) => 100 * k + i), shape }] as const;
  });
  return openSafetensors(fromBytes(encodeSafetensors(Object.fromEntries(tensors)), "w"));
};
const weights = (shapes: Readonly<Record<string, readonly number[]>>) =>
  Object.entries(shapes).map(([name, shape]) => ({ name, shape }));

test("weights of a checkpoint, for the model it was saved from", async () => {
  const fixtures = join(import.meta.dirname, "../fixtures/torch");
  const recorded: Record<string, { shape: number[]; values: number[] }> = JSON.parse(
    readFileSync(join(fixtures, "stateDicts.json"), "utf8"),
  )["checkpoint.pt"];
  const file = new Uint8Array(readFileSync(join(fixtures, "checkpoint.pt")));
  // A model has no count of batches; it asks in an order of its own.
  const expected = Object.entries(recorded)
    .filter(([name]) => !name.endsWith("num_batches_tracked"))
    .map(([name, { shape }]) => ({ name, shape }))
    .reverse();
  const found = await matchWeights(expected, await openStateDict(fromBytes(file, "w.pt")));
  expect([...found.keys()]).toEqual(expected.map(({ name }) => name));
  for (const [name, values] of found) expect(values).toEqual(Float64Array.from(recorded[name].values));
});

test("names may differ by what wrappers add, on either side", async () => {
  const bare = { a: [2], "b.c": [1, 2], "b.num_batches_tracked": [] };
  const wrapped = { "module.a": [2], "module.b._orig_mod.c": [1, 2] };
  const values = [Float64Array.of(0, 1), Float64Array.of(100, 101)];
  expect([...(await matchWeights(weights(wrapped), await safetensors(bare)))]).toEqual([
    ["module.a", values[0]],
    ["module.b._orig_mod.c", values[1]],
  ]);
  const found = await matchWeights(weights({ "b.c": [1, 2], a: [2] }), await safetensors(wrapped));
  expect([...found]).toEqual([
    ["b.c", values[1]],
    ["a", values[0]],
  ]);
});

test("all that does not fit is told at once", async () => {
  const expected = weights({ "0.weight": [3, 2], "0.bias": [3], "1.weight": [1, 3], "1.bias": [] });
  const file = await safetensors({
    "0.weight": [2, 3],
    "0.bias": [3],
    "1.bias": [1],
    "2.weight": [4],
    s: [],
  });
  await expect(matchWeights(expected, file)).rejects.toThrow(
    new InputError(
      "w: does not fit the model: missing: 1.weight (1, 3); left over: 2.weight (4), s (); of another shape: " +
        "0.weight (2, 3) instead of (3, 2), 1.bias (1) instead of (); " +
        "give weights of this architecture, or correct the architecture",
    ),
  );
});

test("a message shows 20 names of a kind, on one line", async () => {
  const many = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, k) => [`${prefix}\n${k}`, [1]]));
  const error = await matchWeights(weights(many("m", 23)), await safetensors(many("f", 21))).catch((e) => e);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toMatch(
    /missing: m�0 \(1\), .*m�19 \(1\), and 3 more; left over: f�0 \(1\), .*, and 1 more; give/,
  );
  expect(error.message).not.toContain("\n");
});

test("left-over tensors that are no numbers are listed without a shape", async () => {
  const file = new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures/torch/elementTypes.pt")));
  const collection = await openStateDict(fromBytes(file, "w.pt"));
  await expect(matchWeights([], collection)).rejects.toThrow(
    /left over: float16 \(3, 4\), .*, complex; give/,
  );
  await expect(matchWeights([{ name: "complex", shape: [2] }], collection)).rejects.toThrow(
    /^w\.pt:complex: expected real numbers/,
  );
});

test("whatever is renamed, reshaped, added or left out is found, and nothing else", async () => {
  const fates = fc.array(fc.constantFrom("same", "missing", "leftOver", "reshaped"), {
    minLength: 1,
    maxLength: 12,
  });
  const property = fc.asyncProperty(fates, async (kinds) => {
    const named = kinds.map((kind, k) => [`p${k}`, kind] as const);
    const expected = named.filter(([, kind]) => kind !== "leftOver").map(([name]) => ({ name, shape: [2] }));
    const stored = named.filter(([, kind]) => kind !== "missing");
    const file = await safetensors(
      Object.fromEntries(stored.map(([name, kind]) => [name, kind === "reshaped" ? [1, 2] : [2]])),
    );
    const result = await matchWeights(expected, file).catch((error: Error) => error.message);
    if (typeof result !== "string") {
      expect(kinds.every((kind) => kind === "same")).toBe(true);
      return;
    }
    const told = (label: string, suffix: string) => {
      const part = new RegExp(`[:;] ${label}: ([^;]*);`).exec(result)?.[1];
      return part?.split(/(?<=\)), /).map((item) => item.slice(0, -suffix.length)) ?? [];
    };
    const of = (kind: string) => named.filter(([, other]) => other === kind).map(([name]) => name);
    expect(told("missing", " (2)")).toEqual(of("missing"));
    expect(told("left over", " (2)")).toEqual(of("leftOver"));
    expect(told("of another shape", " (1, 2) instead of (2)")).toEqual(of("reshaped"));
  });
  await fc.assert(property);
});
