import fc from "fast-check";
import { expect, test } from "vitest";
import { selectLabels, selectSamples } from "../../../src/data/dataset/select.ts";
import type { StoredSamples } from "../../../src/data/dataset/stored.ts";
import { memoryRows } from "../../../src/data/rowSource.ts";

const stored = (labels: readonly number[], classes = 10): StoredSamples => ({
  name: "d",
  count: labels.length,
  inputShape: [1],
  rows: memoryRows(new Uint8Array(labels.length), 1),
  divisor: 255,
  labels: { indices: Int32Array.from(labels), classes },
});

const problems = fc.array(fc.nat(4), { minLength: 1, maxLength: 40 }).chain((labels) =>
  fc.record({
    labels: fc.constant(labels),
    classes: fc.shuffledSubarray([...new Set(labels)], { minLength: 1 }),
    seed: fc.nat(),
    fraction: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

test("the first samples of the classes asked for, with labels in the order the classes were given", () => {
  fc.assert(
    fc.property(problems, ({ labels, classes, fraction }) => {
      const matching = labels.flatMap((label, i) => (classes.includes(label) ? [i] : []));
      const samples = Math.max(1, Math.round(fraction * matching.length));
      const data = stored(labels);
      const indices = selectSamples(data, { classes, samples });
      expect(Array.from(indices)).toEqual(matching.slice(0, samples));
      expect(Array.from(selectSamples(data, { classes }))).toEqual(matching);
      const selected = selectLabels(data.labels!, indices, classes);
      expect(selected.classes).toBe(classes.length);
      expect(Array.from(selected.indices, (label) => classes[label])).toEqual(
        Array.from(indices, (i) => labels[i]),
      );
    }),
  );
});

test("without classes labels stay as they are", () => {
  const data = stored([7, 3, 7]);
  expect(Array.from(selectSamples(data, {}))).toEqual([0, 1, 2]);
  expect(selectLabels(data.labels!, Int32Array.of(2, 1), undefined)).toEqual({
    indices: Int32Array.of(7, 3),
    classes: 10,
  });
});

test("a random choice: different samples of the classes, the same for the same seed, nested in larger ones", () => {
  fc.assert(
    fc.property(problems, ({ labels, classes, seed, fraction }) => {
      const data = stored(labels);
      const matching = selectSamples(data, { classes });
      const samples = Math.max(1, Math.round(fraction * matching.length));
      const chosen = selectSamples(data, { classes, samples, seed });
      expect(selectSamples(data, { classes, samples, seed })).toEqual(chosen);
      expect(new Set(chosen).size).toBe(samples);
      expect(chosen.every((i) => matching.includes(i))).toBe(true);
      const all = selectSamples(data, { classes, samples: matching.length, seed });
      expect(all.slice(0, samples)).toEqual(chosen);
      expect(all.toSorted()).toEqual(matching);
    }),
  );
});

test("every sample is equally likely to be drawn", () => {
  const data = stored(new Array(10).fill(0));
  const draws = 4000;
  const counts = new Float64Array(10);
  for (let seed = 0; seed < draws; seed++) {
    for (const i of selectSamples(data, { samples: 3, seed })) counts[i]++;
  }
  // binomial with mean 1200: six standard deviations
  for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(6 * Math.sqrt(draws * 0.3 * 0.7));
});

test.each([
  [{ samples: 0 }, /^d: samples: expected a whole number from 1 to 4, got 0$/],
  [{ samples: 1.5 }, /got 1.5$/],
  [{ samples: 5 }, /from 1 to 4, got 5$/],
  [
    { samples: 3, classes: [2, 1] },
    /^d: samples: expected .* from 1 to 2 \(so many are of classes 2, 1\), got 3$/,
  ],
  [{ samples: 2, seed: -1 }, /^d: seed: expected a whole number of at least 0, got -1$/],
  [{ classes: [] }, /^d: classes: expected different classes, at least one, got \[\]$/],
  [{ classes: [1, 1] }, /got \[1, 1\]$/],
  [{ classes: [10] }, /^d: classes: expected classes from 0 to 9 that occur in the data, got 10$/],
  [{ classes: [1, 9] }, /that occur in the data, got 9$/],
])("what the data do not have: %o", (selection, message) => {
  expect(() => selectSamples(stored([0, 1, 2, 0]), selection)).toThrow(message);
});

test("classes of data without labels", () => {
  const { labels, ...numbers } = stored([0, 1]);
  expect(labels).toBeDefined();
  expect(() => selectSamples(numbers, { classes: [0] })).toThrow(/^d: classes: expected y of class indices/);
});
