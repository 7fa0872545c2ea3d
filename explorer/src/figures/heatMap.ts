import { PALETTES } from "../../../src/report/figure/palette.ts";
import { element, escapeXml, richText } from "../../../src/report/figure/svg.ts";
import { formatNumber } from "../../../src/report/numbers.ts";
import { csv } from "./csv.ts";

/** A matrix as a picture: what is drawn, never how. */
export interface HeatMapData {
  readonly id: string;
  readonly title: string;
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: Float64Array;
  /** Ends of the colour scale: −limit … limit. Larger values take the colour of the end. */
  readonly limit: number;
  readonly rowLabel: string;
  readonly columnLabel: string;
  /** Of what the colours say. */
  readonly valueLabel: string;
}

type Rgb = readonly [number, number, number];

/**
 * Lightness says how large, and so survives a print without colours; hue says the sign, and so does a dash across every negative
 * cell that is dark enough to be seen.
 */
export interface ColourScale {
  readonly zero: Rgb;
  readonly positive: Rgb;
  readonly negative: Rgb;
}

export const colourScales: Readonly<Record<"light" | "dark", ColourScale>> = {
  light: { zero: [245, 246, 248], positive: [3, 38, 110], negative: [110, 52, 0] },
  dark: { zero: [31, 36, 40], positive: [170, 205, 255], negative: [255, 190, 110] },
};

/** From this share of the limit on a negative cell has its dash. */
export const dashFrom = 0.08;

export function colourOf(share: number, { zero, positive, negative }: ColourScale): Rgb {
  const end = share < 0 ? negative : positive;
  const weight = Math.min(1, Math.abs(share)) ** 0.7;
  return [0, 1, 2].map((k) => Math.round(zero[k] + weight * (end[k] - zero[k]))) as unknown as Rgb;
}

/** One line a cell, rows and columns counted from 1. */
export function heatMapCsv({
  rows,
  columns,
  values,
  rowLabel,
  columnLabel,
  valueLabel,
}: HeatMapData): string {
  const cells = Array.from({ length: rows * columns }, (_, at) => [
    Math.floor(at / columns) + 1,
    (at % columns) + 1,
    values[at],
  ]);
  return csv([[rowLabel, columnLabel, valueLabel], ...cells]);
}

/** The picture as SVG markup in light colours, for files. */
export function heatMapSvg(data: HeatMapData): string {
  const { rows, columns, values, limit, title, rowLabel, columnLabel, valueLabel } = data;
  const scale = colourScales.light;
  const { ink, paper } = PALETTES.light;
  const cell = Math.max(4, Math.min(24, Math.floor(420 / Math.max(rows, columns))));
  const [left, top] = [56, 44];
  const [right, bottom] = [left + columns * cell, top + rows * cell];
  const rgb = (share: number) => `rgb(${colourOf(share, scale).join(",")})`;
  const text = (x: number, y: number, words: string, anchor: string, size = 12) =>
    element("text", { x, y, "text-anchor": anchor, "font-size": size, fill: ink }, richText(words, size));
  const cells = Array.from(values, (value, at) => {
    const [x, y] = [left + (at % columns) * cell, top + Math.floor(at / columns) * cell];
    const share = value / limit;
    const dash =
      share < -dashFrom
        ? element("path", {
            d: `M${x + cell * 0.25},${y + cell / 2}h${cell / 2}`,
            stroke: share < -0.5 ? paper : ink,
          })
        : "";
    return element("rect", { x, y, width: cell, height: cell, fill: rgb(share) }) + dash;
  });
  const bar = Array.from({ length: 64 }, (_, k) =>
    element("rect", {
      x: right + 20,
      y: bottom - ((k + 1) * (bottom - top)) / 64,
      width: 14,
      height: (bottom - top) / 64 + 0.5,
      fill: rgb((2 * (k + 0.5)) / 64 - 1),
    }),
  );
  const width = right + 130;
  const height = bottom + 48;
  const ends = [limit, 0, -limit].map((value, k) =>
    text(right + 40, top + 5 + (k * (bottom - top)) / 2, formatNumber(value, 3), "start", 11),
  );
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": "system-ui, 'DejaVu Sans', sans-serif",
    },
    [
      element("title", {}, escapeXml(title)),
      element("rect", { width, height, fill: paper }),
      text(left, 22, `${title}; ${valueLabel}`, "start", 13),
      ...cells,
      element("rect", {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        fill: "none",
        stroke: ink,
      }),
      text(left + cell / 2, bottom + 16, "1", "middle", 11),
      text(right - cell / 2, bottom + 16, String(columns), "middle", 11),
      text((left + right) / 2, bottom + 34, columnLabel, "middle"),
      text(left - 6, top + cell / 2 + 4, "1", "end", 11),
      text(left - 6, bottom - cell / 2 + 4, String(rows), "end", 11),
      element(
        "g",
        { transform: `translate(18,${(top + bottom) / 2}) rotate(-90)` },
        text(0, 0, rowLabel, "middle"),
      ),
      ...bar,
      ...ends,
    ].join(""),
  );
}
