import type { Palette } from "./palette.ts";
import type { SeriesUse } from "./series.ts";
import { type Block, element, moved, textBlock } from "./svg.ts";
import { textWidth, wrapText } from "./text.ts";

const TEXT = { size: 12, leading: 15, anchor: "start" } as const;
const KEY_WIDTH = 30;
const KEY_GAP = 8;
const BETWEEN = 24;
const ROW_GAP = 5;

/** How to draw the parts of a key that the panels share with the legend. */
export interface KeyDrawing {
  /** The series' marker centred at the origin. */
  readonly marker: (use: SeriesUse) => string;
  readonly hatchId: (series: string) => string;
}

/** One key for all panels: each series with everything it is drawn with, in rows that wrap at the width. */
export function legend(
  uses: readonly SeriesUse[],
  width: number,
  palette: Palette,
  drawing: KeyDrawing,
): Block {
  let x = 0;
  let y = 0;
  let bottom = 0;
  const entries = uses.map((use) => {
    const lines = wrapText(use.name, width - KEY_WIDTH - KEY_GAP, TEXT.size);
    const entryWidth = KEY_WIDTH + KEY_GAP + Math.max(0, ...lines.map((line) => textWidth(line, TEXT.size)));
    if (x > 0 && x + entryWidth > width) {
      x = 0;
      y = bottom + ROW_GAP;
    }
    const text = textBlock(lines, KEY_WIDTH + KEY_GAP, TEXT, { fill: palette.ink });
    const entry = moved(moved(legendKey(use, drawing), 0, TEXT.leading / 2) + text.svg, x, y, {
      class: "key",
    });
    x += entryWidth + BETWEEN;
    bottom = Math.max(bottom, y + text.height);
    return entry;
  });
  return { svg: element("g", { class: "legend" }, entries.join("")), height: bottom };
}

function legendKey({ style, ...use }: SeriesUse, drawing: KeyDrawing): string {
  const line = { stroke: style.colour, "stroke-dasharray": style.dash };
  const middle = KEY_WIDTH / 2;
  const parts: string[] = [];
  if (use.band) {
    const box = { x: 1, y: -7, width: KEY_WIDTH - 2, height: 14 };
    const hatching = {
      fill: `url(#${drawing.hatchId(use.name)})`,
      stroke: style.colour,
      "stroke-opacity": 0.75,
    };
    parts.push(element("rect", { ...box, fill: style.colour, "fill-opacity": 0.14 }));
    parts.push(element("rect", { ...box, ...hatching }));
  }
  if (use.line || use.rule === "y") {
    parts.push(element("line", { x1: 0, x2: KEY_WIDTH, ...line, "stroke-width": use.points ? 1.3 : 2 }));
  }
  if (use.rule === "x") {
    parts.push(element("line", { x1: middle, x2: middle, y1: -8, y2: 8, ...line, "stroke-width": 1.5 }));
  }
  if (use.points) parts.push(moved(drawing.marker({ style, ...use }), middle, 0));
  return parts.join("");
}
