import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { encodeParquet } from "../../src/data/parquet.ts";

test("numbers, text, truth values and gaps come back as they were", async () => {
  const table = {
    n: [1, 2.5, null, -0.1],
    name: ["a", null, "µ₁", ""],
    flag: [true, false, null, true],
    gap: [null, null, null, null],
  };
  const bytes = encodeParquet(table);
  const rows = await parquetReadObjects({ file: bytes.buffer as ArrayBuffer });
  expect(rows).toHaveLength(4);
  for (const [name, values] of Object.entries(table)) {
    expect(rows.map((row) => row[name] ?? null)).toEqual(values);
  }
});

test("a column of mixed types is refused", () => {
  expect(() => encodeParquet({ a: [1, "x"] })).toThrow("column a");
});

test("columns of unequal length are refused", () => {
  expect(() => encodeParquet({ a: [1, 2], b: [1] })).toThrow(
    new RangeError("column b: expected 2 rows, got 1"),
  );
  expect(() => encodeParquet({ a: [], b: [1] })).toThrow(RangeError);
});
