import { expect, test } from "vitest";
import { encodeCsv, figureTable } from "../../src/report/figure/figureTable.ts";
import { printWidth } from "../../src/report/figure/printWidth.ts";
import { renderFigure } from "../../src/report/figure/renderFigure.ts";
import { eightSeries, everyLayer, oddities } from "./samples.ts";

test("a figure's table has a row a point, with what its layer has and null for what it lacks", () => {
  const table = figureTable(everyLayer);
  expect(new Set(Object.values(table).map((column) => column.length))).toEqual(new Set([25]));
  const row = (index: number) =>
    Object.fromEntries(Object.entries(table).map(([name, all]) => [name, all[index]]));
  const band = { panel: "1", series: "certificate", kind: "band", x: 10, y: null };
  expect(row(0)).toEqual({ ...band, low: 1 - 3 / Math.sqrt(10), high: 1 + 4 / Math.sqrt(10) });
  expect(row(8)).toMatchObject({ kind: "line", x: 10, y: 1.08, low: null, high: null });
  expect(row(16)).toEqual({
    panel: "1",
    series: "decoupling",
    kind: "rule",
    x: null,
    y: 1,
    low: null,
    high: null,
  });
  expect(row(17)).toMatchObject({
    kind: "points",
    x: 10,
    y: 1.08 - 1 / 10,
    low: 1.05 - 2 / 10,
    high: 1.1 + 1 / 10,
  });
});

test("CSV keeps full precision, quotes what needs it, and leaves out what is not finite", () => {
  const figure = { ...everyLayer, panels: [{ ...everyLayer.panels[0], title: 'n = 1,000, "far"' }] };
  const [names, first, ...rest] = encodeCsv(figureTable(figure)).split("\r\n");
  expect(names).toBe("panel,series,kind,x,y,low,high");
  expect(first).toBe(
    `"n = 1,000, ""far""",certificate,band,10,,${1 - 3 / Math.sqrt(10)},${1 + 4 / Math.sqrt(10)}`,
  );
  expect(rest.at(-1)).toBe("");
  expect(encodeCsv(figureTable(oddities))).not.toMatch(/NaN|Infinity/);
});

test("at the width of its files a figure's text is 7 pt or more, subscripts 6 pt", () => {
  for (const figure of [everyLayer, eightSeries(3), eightSeries(6)]) {
    const svg = renderFigure(figure, { theme: "light", width: printWidth(figure) });
    const width = Number(svg.match(/width="([\d.]+)"/)![1]);
    // 1 CSS pixel is 0.75 pt, and 96 to the inch
    expect((width / 96) * 2.54).toBeLessThanOrEqual(figure.panels.length > 3 ? 17.81 : 8.5);
    const sizes = (tag: string) =>
      [...svg.matchAll(new RegExp(`<${tag} [^>]*font-size="([\\d.]+)"`, "g"))].map(
        (match) => 0.75 * Number(match[1]),
      );
    expect(sizes("text").length).toBeGreaterThan(0);
    expect(Math.min(...sizes("text"))).toBeGreaterThanOrEqual(7);
    expect(Math.min(...sizes("tspan"), 9)).toBeGreaterThanOrEqual(6);
  }
});
