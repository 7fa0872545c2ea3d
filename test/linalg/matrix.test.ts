import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  block,
  column,
  dense,
  entry,
  fromRows,
  matrix,
  mirrorLower,
  row,
  rowMajor,
  setEntry,
  transpose,
} from "../../src/linalg/matrix.ts";
import { fill } from "../reference/dense.ts";

const extent = fc.integer({ min: 0, max: 9 });

describe("construction", () => {
  test("zeros when no data is given, the same array when it is", () => {
    expect(matrix(2, 3).data).toEqual(new Float64Array(6));
    const data = Float64Array.of(1, 2, 3, 4);
    expect(matrix(2, 2, data).data).toBe(data);
    const single = Float32Array.of(1, 2);
    expect(rowMajor(1, 2, single).data).toBe(single);
  });
  test("data of another length is refused, with both lengths", () => {
    expect(() => matrix(2, 3, new Float64Array(5))).toThrow(
      new RangeError("matrix data: expected 2×3 = 6 elements, got 5"),
    );
    expect(() => rowMajor(0, 3, new Float32Array(1))).toThrow(RangeError);
  });
  test("from rows", () => {
    expect(
      dense(
        fromRows([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ).data,
    ).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(fromRows([])).toMatchObject({ rows: 0, columns: 0 });
    expect(() => fromRows([[1, 2], [3]])).toThrow(new RangeError("row 1: expected 2 elements, got 1"));
  });
});

describe("views", () => {
  test("a transpose swaps indices and shares the data", () => {
    fc.assert(
      fc.property(extent, extent, (rows, columns) => {
        const a = fill(rows, columns, (i, j) => 10 * i + j);
        const t = transpose(a);
        expect([t.rows, t.columns, t.data]).toEqual([columns, rows, a.data]);
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++) expect(entry(t, j, i)).toBe(10 * i + j);
        expect(transpose(t)).toEqual(a);
      }),
    );
  });
  test("a block reads and writes the matrix that it is part of, also through a transpose", () => {
    const a = fill(5, 7, (i, j) => 10 * i + j);
    const view = block(transpose(a), 2, 1, 4, 3);
    expect([entry(view, 0, 0), entry(view, 3, 2)]).toEqual([12, 35]);
    setEntry(view, 3, 2, -1);
    expect(entry(a, 3, 5)).toBe(-1);
  });
  test("a block that does not fit is refused, an empty one at the edge is not", () => {
    const a = matrix(3, 4);
    expect(block(a, 3, 4, 0, 0)).toMatchObject({ rows: 0, columns: 0 });
    for (const [i, j, rows, columns] of [
      [0, 0, 4, 1],
      [0, 0, 1, 5],
      [-1, 0, 1, 1],
      [0, -1, 1, 1],
      [2, 0, 2, 1],
      [0, 0, -1, 1],
    ]) {
      expect(() => block(a, i, j, rows, columns)).toThrow(/does not fit in 3×4/);
    }
  });
  test("a row is a view when contiguous and a copy when not; a column is a copy", () => {
    const a = fill(3, 2, (i, j) => 10 * i + j);
    expect(row(a, 2)).toEqual(Float64Array.of(20, 21));
    expect(row(a, 2).buffer).toBe(a.data.buffer);
    expect(row(transpose(a), 1)).toEqual(Float64Array.of(1, 11, 21));
    expect(row(transpose(a), 1).buffer).not.toBe(a.data.buffer);
    expect(column(a, 1)).toEqual(Float64Array.of(1, 11, 21));
  });
});

test("dense copies any view to row-major float64", () => {
  const a = rowMajor(2, 3, Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(dense(block(transpose(a), 1, 0, 2, 2))).toEqual(
    fromRows([
      [2, 5],
      [3, 6],
    ]),
  );
});

test("mirrorLower makes the upper triangle equal to the lower, tile edges and offsets included", () => {
  for (const n of [0, 1, 2, 63, 64, 65, 130]) {
    const lowerValue = (i: number, j: number) => 1000 * i + j + 1;
    const whole = fill(n + 1, n + 2, (i, j) => (i >= j - 1 ? lowerValue(i, j - 1) : -1));
    for (const a of [block(whole, 0, 1, n, n), dense(block(whole, 0, 1, n, n))]) {
      mirrorLower(a);
      let wrong = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++)
          if (entry(a, i, j) !== lowerValue(Math.max(i, j), Math.min(i, j))) wrong++;
      }
      expect(wrong).toBe(0);
    }
    expect(entry(whole, n, 0)).toBe(lowerValue(n, -1));
  }
});
