import fc from "fast-check";
import { expect, test } from "vitest";
import { differing, fieldsOf, outputsOf } from "../../explorer/src/views/runs/configuration.ts";
import { ago } from "../../explorer/src/views/runs/entries.ts";
import { labelsOf } from "../../explorer/src/views/runs/labels.ts";
import { latest, withoutValue } from "../../explorer/src/views/runs/latest.ts";
import { metricsFigure } from "../../explorer/src/views/runs/metricsFigure.ts";
import { columnsWithNumbers, quantitiesIn } from "../../explorer/src/views/runs/quantities.ts";
import { showToggled } from "../../explorer/src/views/runs/shown.ts";
import { thinned } from "../../explorer/src/views/runs/thinned.ts";
import { columnsOf, quantities } from "../../src/dynamics/quantities.ts";
import type { RunSummary } from "../../src/serve/api.ts";

test("thinned out, a curve keeps its order, its ends and its extremes, and no more points than asked for", () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(values, fc.integer({ min: 4, max: 40 }), (ys, most) => {
      const points = ys.map((y, x) => ({ x, y }));
      const kept = thinned(points, most, ({ y }) => [y, y]);
      expect(kept.length).toBeLessThanOrEqual(most);
      expect(kept).toEqual(kept.toSorted((a, b) => a.x - b.x));
      expect(new Set(kept).size).toBe(kept.length);
      expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
      const extremes = (all: typeof points) => [
        Math.min(...all.map(({ y }) => y)),
        Math.max(...all.map(({ y }) => y)),
      ];
      expect(extremes([...kept])).toEqual(extremes(points));
      if (ys.length <= most) expect(kept).toEqual(points);
    }),
  );
});

test("every column that instruments can fill belongs to a figure made for it", () => {
  const columns = quantities.flatMap((quantity) => columnsOf(quantity, 3));
  const found = quantitiesIn(new Set(columns));
  // a column by itself would be a quantity of its own name, with that as its title
  for (const { id, title } of found) expect(title, id).not.toBe(id);
  const own = quantitiesIn(new Set(["loss", "somethingNew"]));
  expect(own.map(({ id }) => id)).toEqual(["loss", "somethingNew"]);
});

test("a hundred thousand rows are drawn by few points, with the extremes among them, and the figure says so", () => {
  const rows = Array.from({ length: 100_000 }, (_, step) => ({
    step,
    loss: step === 77_777 ? 9 : Math.sin(step) + 2,
  }));
  const [loss] = quantitiesIn(columnsWithNumbers(rows));
  const start = performance.now();
  const { panels, caption } = metricsFigure(loss, [{ name: "long", rows, outputs: 1 }], {
    steps: "linear",
    scale: "each",
  });
  console.log(`a figure of 100,000 rows: ${(performance.now() - start).toFixed(0)} ms`);
  const [layer] = panels[0].layers;
  if (layer.kind !== "line") throw new Error("expected a line");
  expect(layer.points.length).toBeLessThanOrEqual(1200);
  expect(layer.points).toContainEqual({ x: 77_777, y: 9 });
  expect(caption).toContain("more than 1,200 measurements");
});

test("configurations by their paths, and what differs", () => {
  const one = fieldsOf({ seed: 1, model: { name: "fnn", hidden: [4, 5] }, instruments: [{ every: 5 }] });
  expect([...one]).toEqual([
    ["seed", "1"],
    ["model.name", "fnn"],
    ["model.hidden", "4, 5"],
    ["instruments.0.every", "5"],
  ]);
  expect(differing([one, fieldsOf({ seed: 2, model: { name: "fnn", hidden: [4, 5] } })])).toEqual([
    "seed",
    "instruments.0.every",
  ]);
});

test.each([
  [{ loss: "mse", targets: "signs", data: { name: "npz" } }, 1],
  [{ loss: "mse", targets: "one-hot", data: { name: "mnist", classes: [3, 5, 8] } }, 3],
  [{ loss: "mse", data: { name: "cifar10" } }, 10],
  [{ loss: "mse", data: { name: "npz" } }, undefined],
  [{ loss: "mse", targets: "values", data: { name: "npz" } }, undefined],
  [{ loss: "cross-entropy", data: { name: "mnist" } }, undefined],
])("outputs of %o: %s", (config, outputs) => expect(outputsOf(config)).toBe(outputs));

test("runs of one name, as in a sweep, are told apart by their configurations, seeds last", () => {
  const run = (name: string, path: string, config: object) => ({
    summary: { name, path } as RunSummary,
    config: config as Record<string, unknown>,
  });
  const sweep = (seed: number, learningRate: number) =>
    run("run", `s/jobs/${seed}${learningRate}/scratch/run`, { seed, schedule: { learningRate } });
  expect(labelsOf([sweep(1, 0.1), sweep(2, 0.3)])).toEqual([
    "learningRate 0.1, seed 1",
    "learningRate 0.3, seed 2",
  ]);
  expect(labelsOf([run("a", "x/a", {}), run("b", "x/b", {})])).toEqual(["a", "b"]);
  // nothing in the configurations tells them apart
  expect(labelsOf([run("a", "x/a", {}), run("a", "y/a", {})])).toEqual(["x/a", "y/a"]);
});

test("the newest measurement, or why there is none", () => {
  const rows = [
    { step: 0, mu: 1, undefined: null },
    { step: 1, mu: null, undefined: "mu: the loss is zero: every residual is 0\nother: for a reason" },
    { step: 2, mu: null, undefined: null },
  ];
  expect(latest(rows, "mu")).toEqual({ undefined: "the loss is zero: every residual is 0" });
  expect(latest(rows.slice(0, 1), "mu")).toEqual({ value: 1, row: rows[0] });
  expect(latest([], "mu")).toEqual({ undefined: "not measured yet" });
  expect(withoutValue(rows)).toEqual([
    { column: "mu", count: 1, reason: "the loss is zero: every residual is 0" },
    { column: "other", count: 1, reason: "for a reason" },
  ]);
});

test("quantities ticked and unticked, as the address has them", () => {
  const all = quantitiesIn(new Set(["loss", "accuracy", "learningRate"]));
  expect(showToggled("accuracy", "", all)).toBe("loss,learningRate");
  expect(showToggled("accuracy", "loss,learningRate", all)).toBe("");
  expect(showToggled("loss", "loss", all)).toBe("none");
  expect(showToggled("loss", "none", all)).toBe("loss");
});

test.each([
  [1, "just now"],
  [7, "7 s ago"],
  [90, "1 min 30 s ago"],
  [7200, "2 h 00 min ago"],
  [864_000, "10 days ago"],
])("%d seconds: %s", (seconds, words) =>
  expect(ago(new Date(1e12).toISOString(), 1e12 + 1000 * seconds)).toBe(words),
);
