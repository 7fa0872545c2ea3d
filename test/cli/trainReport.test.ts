import { expect, test } from "vitest";
import { trainDocument, trainTable } from "../../src/cli/trainReport.ts";
import type { TrainResult } from "../../src/runs/train/trainRun.ts";

const zeroLoss = "the loss is zero: every residual is 0";
const columns = ["lossAlignment", "lossAlignment1", "directional[0]", "directional[1]"];
const last = {
  step: 8,
  ...Object.fromEntries([...columns, "noiseScale"].map((column) => [column, null])),
  undefined: [...columns.map((column) => `${column}: ${zeroLoss}`), "noiseScale: G = 0"].join("\n"),
};
const result = {
  manifest: { data: "d.npz", parameters: 3, step: 8, seconds: 1 },
  rows: [{ ...last, step: 0, undefined: null }, last],
} as unknown as TrainResult;

test("a reason that several columns share is said once, with their number", () => {
  const reasons = trainTable("runs/r", result)
    .split("\n")
    .filter((line) => line.includes("undefined at"));
  expect(reasons).toEqual([
    expect.stringContaining(`undefined at step 8: lossAlignment and 3 more: ${zeroLoss}`),
    expect.stringContaining("undefined at step 8: noiseScale: G = 0"),
  ]);
});

test("the document has the reason of every column", () => {
  const document = trainDocument("runs/r", result);
  expect(document.undefined).toEqual({
    ...Object.fromEntries(columns.map((column) => [`final.${column}`, zeroLoss])),
    "final.noiseScale": "G = 0",
  });
  expect(document.final).not.toHaveProperty("undefined");
});
