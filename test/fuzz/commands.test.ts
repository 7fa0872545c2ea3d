/** Every command with any words: it works, or says in one line what is wrong. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeNpy } from "../../src/data/npyWriter.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { noisegeo, type Outcome, scratchFolder } from "../cli/noisegeo.ts";
import { fuzzing, fuzzTimeout } from "./runs.ts";
import { commandLines } from "./words.ts";

const scratch = scratchFolder();
afterAll(scratch.remove);

beforeAll(async () => {
  const numbers = Float64Array.from({ length: 12 }, Math.sqrt);
  const files = {
    "garbage.bin": Uint8Array.from({ length: 300 }, (_, k) => (k * 97) % 256),
    empty: new Uint8Array(),
    "J.npy": encodeNpy(numbers, [3, 4]),
    "r.npy": encodeNpy(Float64Array.of(1, 2, 3), [3]),
    "x.npz": await encodeNpz({
      x: { data: numbers, shape: [3, 4] },
      y: { data: numbers.slice(0, 3), shape: [3] },
    }),
    "bomb.yaml": new TextEncoder().encode("[".repeat(20_000)),
  };
  mkdirSync(join(scratch.path, "folder"));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(scratch.path, name), bytes);
});

function expectClear({ code, stdout, stderr }: Outcome, words: readonly string[]): void {
  const said = `noisegeo ${JSON.stringify(words)}: ${code}\n${stderr}`;
  expect([0, 1, 2, 130], said).toContain(code);
  expect(stderr, said).not.toMatch(/^ +at |node:internal/m);
  if (code !== 2) return;
  expect(stdout, said).toBe("");
  expect(stderr, said).toMatch(/^noisegeo: [^\p{Cc}]+\n$/u);
}

test("any words", { timeout: fuzzTimeout }, async () => {
  const codes = new Map<number | null, number>();
  const property = fc.asyncProperty(commandLines, async (words) => {
    const outcome = await noisegeo(words, { cwd: scratch.path, env: { NOISEGEO_REDIS: "" } });
    expectClear(outcome, words);
    codes.set(outcome.code, (codes.get(outcome.code) ?? 0) + 1);
  });
  await fc.assert(property, { ...fuzzing(30), endOnFailure: true });
  // most words are wrong, and some are right
  expect(codes.get(2)).toBeGreaterThan(10);
});
