import type { Panel } from "../../experiments/figure.ts";
import { drawPanel, type PanelDrawing } from "./panel.ts";
import { panelAxes, panelLayout, rowHeight, rowHeights } from "./panelLayout.ts";
import type { Omitted } from "./shapes.ts";
import { type Block, moved } from "./svg.ts";

const BETWEEN_COLUMNS = 24;
const BETWEEN_ROWS = 24;
/** Three of them fit side by side into both columns of a journal. */
const NARROWEST_PANEL = 200;
/** Of the axes. */
const FLATTEST = 150;

export interface GridDrawing extends Omit<PanelDrawing, "clipId"> {
  readonly clipId: (panel: number) => string;
  readonly isStacked?: boolean | undefined;
}

export interface PanelGrid extends Block {
  /** What each panel was given and could not show. */
  readonly omitted: readonly Omitted[];
}

/**
 * The panels in rows of up to three, fewer where the width asks for it, one where they are stacked; axes line up along rows and columns.
 */
export function panelGrid(panels: readonly Panel[], width: number, drawing: GridDrawing): PanelGrid {
  const columns = drawing.isStacked ? 1 : columnCount(panels.length, width);
  const panelWidth = Math.floor((width - (columns - 1) * BETWEEN_COLUMNS) / columns);
  const axesHeight = drawing.isStacked ? FLATTEST : heightOfAxes(panelWidth);
  const axes = panels.map((panel) => panelAxes(panel, panelWidth, axesHeight));
  const layouts = axes.map((own, index) => {
    const column = axes.filter((_, other) => other % columns === index % columns);
    const left = Math.max(...column.map((panel) => panel.left));
    const right = Math.max(...column.map((panel) => panel.right));
    return panelLayout(own, left, right, panelWidth);
  });

  const parts: string[] = [];
  let y = 0;
  for (let first = 0; first < layouts.length; first += columns) {
    const row = layouts.slice(first, first + columns);
    const heights = rowHeights(row, axesHeight);
    row.forEach((layout, column) => {
      const markup = drawPanel(layout, heights, { ...drawing, clipId: drawing.clipId(first + column) });
      parts.push(moved(markup, column * (panelWidth + BETWEEN_COLUMNS), y, { class: "panel" }));
    });
    y += rowHeight(heights) + BETWEEN_ROWS;
  }
  const omitted = axes.map(({ shapes }) => shapes.omitted);
  return { svg: parts.join(""), height: Math.max(0, y - BETWEEN_ROWS), omitted };
}

/** Flatter for wide panels; narrow ones not so tall that several rows of them outgrow a page. */
function heightOfAxes(panelWidth: number): number {
  return Math.round(Math.min(330, Math.max(0.56 * panelWidth, Math.min(190, 0.65 * panelWidth))));
}

/** Four panels stand better in two rows of two. */
function columnCount(panels: number, width: number): number {
  const preferred = panels === 4 ? 2 : Math.min(3, panels);
  const fitting = Math.floor((width + BETWEEN_COLUMNS) / (NARROWEST_PANEL + BETWEEN_COLUMNS));
  return Math.max(1, Math.min(preferred, fitting));
}
