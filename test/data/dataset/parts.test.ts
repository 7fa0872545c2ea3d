import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { fromBytes } from "../../../src/data/byteSource.ts";
import { subset } from "../../../src/data/dataset/dataset.ts";
import { openNpzSamples } from "../../../src/data/dataset/npzSamples.ts";
import { type DatasetConfig, openDataset } from "../../../src/data/index.ts";
import { encodeNpz } from "../../../src/data/npzWriter.ts";
import { rangesOf, type SampleRange } from "../../../src/sampleRange.ts";
import { scratchFolder } from "../../cli/noisegeo.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const [count, width] = [40, 3];
const x = Float64Array.from({ length: count * width }, (_, k) => Math.sin(k * k));
const y = Int32Array.from({ length: count }, (_, i) => (i * 7) % 4);
const file = join(scratch.path, "data.npz");

test("parts of a selection are what the whole has there, standardised by the statistics of the whole", async () => {
  const arrays = { x: { data: x, shape: [count, width] }, y: { data: y, shape: [count] } };
  writeFileSync(file, await encodeNpz(arrays));
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        samples: fc.integer({ min: 4, max: 20 }),
        seed: fc.option(fc.nat(100), { nil: undefined }),
        classes: fc.constantFrom(undefined, [3, 1], [0, 2, 3]),
        standardise: fc.constantFrom(undefined, "global", "feature"),
      }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1 })), { minLength: 1 }),
      async (selection, drawn) => {
        const config = { name: "npz", file, ...selection } as DatasetConfig;
        const parts: SampleRange[] = drawn.map(([start, more]) => ({
          start,
          count: Math.min(1 + more, 4 - start),
        }));
        const whole = await openDataset(config, { precision: "float64" });
        const part = await openDataset(config, { precision: "float64", parts });
        const places = rangesOf(
          Int32Array.from({ length: whole.count }, (_, k) => k),
          parts,
        );
        const { name: _, ...expected } = subset(whole, places);
        const { name, ...found } = part;
        expect(found).toEqual(expected);
        expect(name).toBe(`${file}: ${places.length} of ${count} samples`);
      },
    ),
  );
});

test("only what was asked for is read, and a number that is not finite is named by its sample", async () => {
  const values = x.slice();
  values[30 * width] = Number.NaN;
  const bytes = await encodeNpz({
    x: { data: values, shape: [count, width] },
    y: { data: y, shape: [count] },
  });
  const stored = await openNpzSamples(fromBytes(bytes, "data.npz"));
  const rows = new Float64Array(4 * width);
  stored.rows.read(Int32Array.of(31, 5, 6, 30), rows);
  expect(rows).toEqual(
    Float64Array.from([31, 5, 6, 30].flatMap((i) => Array.from(values.subarray(i * width, (i + 1) * width)))),
  );
  await stored.close();
  expect(() => stored.rows.read(Int32Array.of(31), rows)).toThrow(RangeError);
  writeFileSync(file, bytes);
  const config = { name: "npz", file } as const;
  const parts = [{ start: 29, count: 2 }];
  await expect(openDataset(config, { precision: "float64", parts })).rejects.toThrow("got NaN in sample 30");
  await openDataset(config, { precision: "float64", parts: [{ start: 31, count: 9 }] });
  expect(() => rangesOf(Int32Array.of(1, 2, 3), [{ start: 1, count: 3 }])).toThrow(RangeError);
  for (const [start, count] of [
    [-1, 2],
    [0.5, 1],
    [0, 1.5],
    [2, -1],
    [Number.NaN, 1],
  ]) {
    expect(() =>
      rangesOf(Int32Array.of(1, 2, 3), [
        { start: 0, count: 3 },
        { start, count },
      ]),
    ).toThrow(/^samples: expected some of 3/);
  }
});
