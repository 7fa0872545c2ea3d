import fc from "fast-check";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { Axis, Figure, Layer } from "../../src/experiments/figure.ts";
import { renderFigure } from "../../src/report/figure/renderFigure.ts";
import { eightSeries, everyLayer, oddities } from "./samples.ts";

const FIGURES = [everyLayer, ...[1, 2, 3, 4, 5, 6].map(eightSeries), oddities];

function parsed(svg: string): Element {
  return parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document.querySelector("svg")!;
}

const drawn = (figure: Figure) => parsed(renderFigure(figure, { theme: "light" }));
const all = (root: Element, selector: string) => [...root.querySelectorAll(selector)];
const texts = (root: Element, selector: string) =>
  all(root, selector).map((found) => found.textContent ?? "");

/** How many lines the paths draw between them. */
const lineCount = (paths: readonly Element[]) =>
  paths.reduce((count, path) => count + (path.getAttribute("d")?.match(/M/g)?.length ?? 0), 0);

/** Everything that places a mark. */
function geometry(root: Element): string[] {
  const names = [
    "d",
    "transform",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "width",
    "height",
    "viewBox",
  ];
  return all(root, "*").flatMap((found) => names.map((name) => found.getAttribute(name) ?? ""));
}

function placeOf(mark: Element): readonly [number, number] {
  const [, x, y] = mark.getAttribute("transform")?.match(/translate\(([^,]+),([^)]+)\)/) ?? [];
  return [Number(x ?? mark.getAttribute("cx")), Number(y ?? mark.getAttribute("cy"))];
}

/** Shape and colours of a group of markers, whatever their places. */
function lookOf(dots: Element): string {
  const [first] = all(dots, "path, circle");
  return [dots, first.parentElement!, first]
    .flatMap((found) => ["fill", "stroke", "d", "r"].map((name) => found.getAttribute(name)))
    .join(" ");
}

describe.each(FIGURES.map((figure) => [`${figure.id}, ${figure.panels.length} panels`, figure] as const))(
  "%s",
  (_, figure) => {
    test("says what it is: title, description, labels, one legend key a series", () => {
      const svg = drawn(figure);
      expect(svg.getAttribute("role")).toBe("img");
      const labelled = ["aria-labelledby", "aria-describedby"].map((name) => svg.getAttribute(name));
      expect(texts(svg, "title, desc")[0]).toBe(figure.title);
      expect(all(svg, "title, desc").map((found) => found.getAttribute("id"))).toEqual(labelled);
      const panels = all(svg, ".panel");
      expect(panels).toHaveLength(figure.panels.length);
      for (const [index, panel] of panels.entries()) {
        const plain = (label: string) => label.replaceAll("_", "").replaceAll(" ", "");
        const { x, y } = figure.panels[index];
        expect(texts(panel, ".x-label").join("").replaceAll(" ", "")).toBe(plain(x.label));
        expect(texts(panel, ".y-label").join("").replaceAll(" ", "")).toBe(plain(y.label));
        expect(texts(panel, ".x-axis-tick-label text").length).toBeGreaterThanOrEqual(2);
        expect(texts(panel, ".y-axis-tick-label text").length).toBeGreaterThanOrEqual(2);
      }
      const series = new Set(figure.panels.flatMap((panel) => panel.layers.map((layer) => layer.series)));
      expect(texts(svg, ".legend .key")).toEqual([...series]);
    });

    test("places everything at numbers", () => {
      expect(geometry(drawn(figure)).join(" ")).not.toMatch(/NaN|undefined|Infinity|null/);
    });

    test("is the same text every time, with ids of its own that all resolve", () => {
      for (const theme of ["light", "dark", "page"] as const) {
        const svg = renderFigure(figure, { theme });
        renderFigure(everyLayer, { theme });
        expect(renderFigure(figure, { theme })).toBe(svg);
        const ids = [...svg.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(id.startsWith(figure.id.replace(/[^\w-]/g, "-"))).toBe(true);
        for (const [, id] of svg.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(id);
      }
    });

    test("fixes its colours in a file and leaves them to the page in a page", () => {
      expect(renderFigure(figure, { theme: "page" })).not.toMatch(/#[0-9a-f]{6}/);
      expect(renderFigure(figure, { theme: "light" })).not.toContain("var(");
      expect(renderFigure(figure, { theme: "dark" })).not.toContain("var(");
    });
  },
);

test("draws every mark of every layer, and in its place", () => {
  const svg = drawn(everyLayer);
  const [panel] = all(svg, ".panel");
  const markers = all(panel, ".dot path, .dot circle");
  expect(markers).toHaveLength(8);
  expect(all(panel, ".area path")).toHaveLength(2);
  const rules = all(panel, ".rule line").length + lineCount(all(panel, ".rule path"));
  expect(rules).toBe(8 + 1);
  const ticks = new Map(
    all(panel, ".x-axis-tick-label text").map((tick) => [tick.textContent, placeOf(tick)[0]]),
  );
  for (const [index, n] of [10, 100, 1000].entries()) {
    const marker = markers[[0, 3, 6][index]];
    expect(placeOf(marker)[0]).toBeCloseTo(ticks.get(n.toLocaleString("en"))!, 9);
  }
  const heights = new Map(
    all(panel, ".y-axis-tick-label text").map((tick) => [tick.textContent, placeOf(tick)[1]]),
  );
  const [one, two] = [heights.get("1.0")!, heights.get("2.0")!];
  // four coordinates, each to hundredths of a pixel
  expect(Math.abs(placeOf(markers[0])[1] - (one + (1.08 - 0.1 - 1) * (two - one)))).toBeLessThan(0.02);
});

test("the same name looks the same in every panel, whatever the order", () => {
  const svg = drawn(eightSeries(3));
  const looks = all(svg, ".panel").map((panel) => all(panel, ".dot").map((dot) => lookOf(dot)));
  expect(new Set(looks[0]).size).toBe(8);
  expect(looks[1]).toEqual(looks[0].toReversed());
  expect(looks[2]).toEqual(looks[1]);
});

test("more series than colours still differ, by marker", () => {
  const layers = Array.from(
    { length: 20 },
    (_, index): Layer => ({ kind: "points", series: `s${index}`, points: [{ x: index, y: 1 }] }),
  );
  const axis: Axis = { label: "x", scale: "linear" };
  const svg = drawn({ id: "many", title: "t", caption: "c", panels: [{ x: axis, y: axis, layers }] });
  const looks = all(svg, ".panel .dot").map(lookOf);
  expect(new Set(looks).size).toBe(20);
});

test("stacked panels stand one below another on one horizontal axis", () => {
  const axis: Axis = { label: "x", scale: "linear", domain: [0, 1] };
  // labels of the vertical axes of different widths
  const panels = [1, 1e5, 1e-3].map((y) => ({
    x: axis,
    y: { label: "y", scale: "linear" } as const,
    layers: [{ kind: "points", series: "s", points: [{ x: 0.5, y }] } as const],
  }));
  const svg = drawn({ id: "stacked", title: "t", caption: "c", panels, isStacked: true });
  const places = all(svg, ".panel").map(
    (panel) => /translate\(([^,]+),([^)]+)\)/.exec(panel.getAttribute("transform")!)!,
  );
  expect(places.map(([, x]) => x)).toEqual(["0", "0", "0"]);
  expect(new Set(places.map(([, , y]) => y)).size).toBe(3);
  const ticks = all(svg, ".panel").map((panel) =>
    all(panel, ".x-axis-tick-label text").map((tick) => placeOf(tick)[0]),
  );
  expect(ticks[1]).toEqual(ticks[0]);
  expect(ticks[2]).toEqual(ticks[0]);
});

test("what cannot be drawn is left out and counted", () => {
  const svg = drawn(oddities);
  expect(texts(svg, ".note")).toEqual([
    "Not drawn: 1 value is not finite; 2 values ≤ 0 have no place on a log axis; 1 value lies outside the axes.",
  ]);
  expect(texts(svg, ".panel")[0]).toContain("nothing to draw");
  // The lone end of the broken line, and the two points that have a place.
  expect(all(all(svg, ".panel")[1], ".dot path, .dot circle")).toHaveLength(3);
  expect(drawn(everyLayer).querySelector(".note")).toBeNull();
});

test("a reference line is named where its label hides nothing", () => {
  const axis: Axis = { label: "x", scale: "linear" };
  const rule: Layer = { kind: "rule", series: "edge", axis: "y", value: 1 };
  const cloud: Layer = {
    kind: "points",
    series: "cloud",
    points: Array.from({ length: 3000 }, (_, index) => ({
      x: index % 60,
      y: (Math.floor(index / 60) / 50) * 2,
    })),
  };
  const named = (layers: Layer[]) =>
    texts(
      drawn({ id: "rule", title: "t", caption: "c", panels: [{ x: axis, y: axis, layers }] }),
      ".panel > text",
    );
  expect(named([rule])).toContain("edge");
  expect(named([rule, cloud])).not.toContain("edge");
  const far: Layer = { kind: "rule", series: "far", axis: "y", value: 9 };
  expect(named([rule, far])).toEqual(expect.arrayContaining(["edge", "far"]));
  const near: Layer = { kind: "rule", series: "near", axis: "y", value: 1.01 };
  expect(named([rule, near, far]).filter((text) => ["edge", "near", "far"].includes(text))).toEqual(["far"]);
});

test("text is text", () => {
  const hostile = `<script>alert(1)</script>"'&`;
  const axis: Axis = { label: hostile, scale: "linear" };
  const layers: Layer[] = [{ kind: "rule", series: hostile, axis: "y", value: 1 }];
  const svg = drawn({
    id: hostile,
    title: hostile,
    caption: hostile,
    panels: [{ title: hostile, x: axis, y: axis, layers }],
  });
  expect(svg.querySelector("script")).toBeNull();
  expect(texts(svg, "title")).toEqual([hostile]);
  expect(texts(svg, ".x-label")).toEqual([hostile]);
  expect(renderFigure({ ...everyLayer, title: "a\u0000b" }, { theme: "light" })).not.toContain("\u0000");
});

test("any figure at all can be drawn", () => {
  const number = fc.double();
  const point = fc.record({ x: number, y: number, low: number, high: number });
  const layer: fc.Arbitrary<Layer> = fc.oneof(
    fc.record({
      kind: fc.constant("points" as const),
      series: fc.string(),
      joined: fc.boolean(),
      points: fc.array(point),
    }),
    fc.record({ kind: fc.constant("line" as const), series: fc.string(), points: fc.array(point) }),
    fc.record({ kind: fc.constant("band" as const), series: fc.string(), points: fc.array(point) }),
    fc.record({
      kind: fc.constant("rule" as const),
      series: fc.string(),
      axis: fc.constantFrom("x" as const, "y" as const),
      value: number,
    }),
  );
  const axis = fc.record(
    {
      label: fc.string(),
      scale: fc.constantFrom("linear" as const, "log" as const),
      domain: fc.tuple(number, number),
    },
    { requiredKeys: ["label", "scale"] },
  );
  const panel = fc.record({
    title: fc.string(),
    x: axis,
    y: axis,
    layers: fc.array(layer, { maxLength: 4 }),
  });
  const figure = fc.record({
    id: fc.string(),
    title: fc.string(),
    caption: fc.string(),
    panels: fc.array(panel, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(figure, fc.integer({ min: 100, max: 1400 }), (any, width) => {
      const svg = parsed(renderFigure(any, { theme: "light", width }));
      expect(geometry(svg).join(" ")).not.toMatch(/NaN|undefined|Infinity/);
      expect(all(svg, ".panel")).toHaveLength(any.panels.length);
    }),
    { numRuns: 50 },
  );
});
