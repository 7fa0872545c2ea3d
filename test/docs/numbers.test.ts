import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const text = read("docs/numbers.md");
const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path);

test("docs/numbers.md names tests that are there, in every row, and all cross-checks", () => {
  for (const path of named) expect(existsSync(new URL(path, root)), path).toBe(true);
  const rows = text.split("\n").filter((line) => /^\| (?!what |-)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row).toMatch(/`test\/[^`]+\.test\.ts` +\|$/);
  for (const name of ["curvature", "determinism", "eigenvalues", "thresholds"]) {
    expect(named).toContain(`test/crosscheck/${name}.test.ts`);
  }
});

test("tolerances of the cross-checks are those that the tests have", () => {
  for (const [path, words] of [
    ["curvature", ["1e-13 * size", "1e-11 * leading[0].value", "4 * error", "points: 400"]],
    ["eigenvalues", ["(n + 5) * roundoff * norm", "j.length * roundoff * largest"]],
    ["determinism", ['precision: "f64", tolerance: 1e-12', 'precision: "f32", tolerance: 1e-5']],
  ] as const) {
    const source = read(`test/crosscheck/${path}.test.ts`);
    for (const word of words) expect(source, path).toContain(word);
  }
});
