import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { fromBytes, openFile } from "../../src/data/byteSource.ts";
import { littleEndianBytes } from "../../src/data/floatElements.ts";
import { fileRows, joinedRows, memoryRows, type RowSource, rowBlocks } from "../../src/data/rowSource.ts";

const folder = mkdtempSync(join(tmpdir(), "rows-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tables = fc
  .record({ count: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 5 }) })
  .chain(({ count, width }) =>
    fc.record({
      width: fc.constant(width),
      values: fc.array(fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }), {
        minLength: count * width,
        maxLength: count * width,
      }),
      wanted: fc.array(fc.nat(count - 1), { maxLength: 30 }).map((rows) => Int32Array.from(rows)),
      before: fc.nat(3),
      between: fc.nat(3),
    }),
  );
type Table = typeof tables extends fc.Arbitrary<infer T> ? T : never;

const expected = ({ values, width, wanted }: Table) =>
  Array.from(wanted, (row) => values.slice(row * width, (row + 1) * width)).flat();

/** The table as 16-bit integers, with bytes before it and between its rows. */
function layoutOf({ values, width, before, between }: Table) {
  const count = values.length / width;
  const stride = 2 * (width + between);
  const bytes = new Uint8Array(2 * before + count * stride).fill(255);
  for (let row = 0; row < count; row++) {
    const content = littleEndianBytes(Int16Array.from(values.slice(row * width, (row + 1) * width)));
    bytes.set(content, 2 * before + row * stride);
  }
  return {
    content: bytes.subarray(0, bytes.length - 2 * between),
    layout: { position: 2 * before, stride, count, width, dtype: "int16", littleEndian: true } as const,
  };
}

function read(source: RowSource, rows: Int32Array): number[] {
  const target = new Float32Array(rows.length * source.width);
  source.read(rows, target);
  return Array.from(target);
}

test("any rows in any order, from memory and from bytes with gaps", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const { content, layout } = layoutOf(table);
      const stored = fileRows({ ...layout, bytes: fromBytes(content, "rows") });
      expect(stored.type).toBe("float32");
      for (const source of [stored, memoryRows(Float32Array.from(table.values), table.width)]) {
        expect(source.count).toBe(layout.count);
        expect(read(source, table.wanted)).toEqual(expected(table));
      }
    }),
  );
});

test("rows of several sources count on", () => {
  fc.assert(
    fc.property(
      tables,
      fc.array(fc.nat(12), { maxLength: 4 }),
      ({ values, width, wanted, ...rest }, cuts) => {
        const count = values.length / width;
        const ends = [...new Set(cuts.map((cut) => cut % (count + 1))), 0, count].sort((a, b) => a - b);
        const parts = ends
          .slice(1)
          .map((end, k) => memoryRows(Float32Array.from(values.slice(ends[k] * width, end * width)), width));
        const table = { values, width, wanted, ...rest };
        const joined = joinedRows(parts);
        expect(joined.count).toBe(count);
        expect(read(joined, wanted)).toEqual(expected(table));
      },
    ),
  );
});

test("a file of more rows than one call reads, in blocks of bounded size", async () => {
  const [count, width] = [10_000, 1000];
  const path = join(folder, "rows");
  const content = Uint8Array.from({ length: 1 + count * (width + 1) }, (_, k) => (k * 31) >> 8);
  writeFileSync(path, content);
  const bytes = await openFile(path);
  const layout = {
    position: 1,
    stride: width + 1,
    count,
    width,
    dtype: "uint8",
    littleEndian: true,
  } as const;
  const rows = fileRows({ ...layout, bytes });
  let seen = 0;
  for (const { rows: block, values } of rowBlocks(
    rows,
    Int32Array.from({ length: count }, (_, i) => i),
  )) {
    expect(values.length).toBeLessThanOrEqual(4 * 2 ** 20);
    for (const [k, row] of block.entries()) {
      const start = 1 + row * (width + 1);
      const found = values.subarray(k * width, (k + 1) * width);
      expect(Buffer.compare(Uint8Array.from(found), content.subarray(start, start + width))).toBe(0);
    }
    seen += block.length;
  }
  expect(seen).toBe(count);
  await bytes.close();
  expect(() => rows.read(Int32Array.of(0), new Uint8Array(width))).toThrow(RangeError);
});

test("a file cut short after it was opened is named", async () => {
  const path = join(folder, "short");
  writeFileSync(path, new Uint8Array(10));
  const bytes = await openFile(path);
  writeFileSync(path, new Uint8Array(5));
  const rows = fileRows({
    bytes,
    position: 0,
    stride: 5,
    count: 2,
    width: 5,
    dtype: "uint8",
    littleEndian: true,
  });
  expect(() => rows.read(Int32Array.of(1), new Uint8Array(5))).toThrow(`${path}: ends at byte 5`);
  await bytes.close();
});
