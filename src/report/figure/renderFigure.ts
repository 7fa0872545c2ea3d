import type { Figure } from "../../experiments/figure.ts";
import { identifier } from "../identifiers.ts";
import { legend } from "./legend.ts";
import { markerStyle } from "./marks.ts";
import { omissionNote } from "./omissions.ts";
import { PALETTES, type Palette, type Theme } from "./palette.ts";
import { panelGrid } from "./panelGrid.ts";
import { drawMarker } from "./plot.ts";
import { type SeriesUse, seriesUses } from "./series.ts";
import { type Block, element, escapeXml, moved, textBlock } from "./svg.ts";
import { wrapText } from "./text.ts";

export interface FigureOptions {
  /** "light" and "dark" have fixed colours, for files; "page" follows the page that the SVG stands in. */
  readonly theme: Theme;
  /** Pixels, at least 270; a figure of one panel takes no more than 760. Default 960. */
  readonly width?: number;
}

/** Enough for the narrowest panel. */
const NARROWEST = 270;
const WIDEST_SINGLE = 760;
const MARGIN = 10;
const BETWEEN_BLOCKS = 14;
const TITLE = { size: 15, leading: 20, weight: "bold", anchor: "start" } as const;
const NOTE = { size: 11, leading: 14, anchor: "start" } as const;
const FONT = "system-ui, 'DejaVu Sans', sans-serif";

/**
 * A figure as one SVG element that stands alone: title and description for screen readers, legend, panels,
 * and a note of what could not be drawn. In a page the visible title is left to the page's own text. The
 * result depends on the arguments alone, and all ids in it start with the figure's.
 */
export function renderFigure(figure: Figure, options: FigureOptions): string {
  const palette = PALETTES[options.theme];
  const id = identifier(figure.id);
  const widest = figure.panels.length === 1 ? WIDEST_SINGLE : Number.POSITIVE_INFINITY;
  const width = Math.max(NARROWEST, Math.min(options.width ?? 960, widest));
  const inner = width - 2 * MARGIN;
  const uses = seriesUses(figure, palette);
  const numberOf = new Map(uses.map((use, index) => [use.name, index + 1]));
  const styleOf = new Map(uses.map((use) => [use.name, use.style]));
  const hatchId = (series: string) => `${id}-hatch-${numberOf.get(series)}`;

  const key = legend(uses, inner, palette, {
    marker: ({ style }) => drawMarker(markerStyle(style, 4.5, palette)),
    hatchId,
  });
  const panels = panelGrid(figure.panels, inner, {
    style: (series) => styleOf.get(series)!,
    hatchId,
    clipId: (index) => `${id}-clip-${index + 1}`,
    palette,
    isStacked: figure.isStacked,
  });
  const isTitled = options.theme !== "page";
  const titleLines = isTitled ? wrapText(figure.title, inner, TITLE.size, "bold") : [];
  const noteLines = wrapText(omissionNote(panels.omitted), inner, NOTE.size);
  const content = stacked([
    textBlock(titleLines, 0, TITLE, { fill: palette.ink }),
    key,
    panels,
    textBlock(noteLines, 0, NOTE, { fill: palette.muted, class: "note" }),
  ]);
  const height = Math.ceil(content.height + 2 * MARGIN);
  const hatches = uses.filter((use) => use.band).map((use) => hatch(use, hatchId(use.name)));
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-labelledby": `${id}-title`,
      "aria-describedby": `${id}-description`,
      "font-family": isTitled ? FONT : undefined,
      "text-anchor": "middle",
    },
    [
      element("title", { id: `${id}-title` }, escapeXml(figure.title)),
      element("desc", { id: `${id}-description` }, escapeXml(description(figure, uses))),
      hatches.length > 0 ? element("defs", {}, hatches.join("")) : "",
      background(isTitled, width, height, palette),
      moved(content.svg, MARGIN, MARGIN),
    ].join(""),
  );
}

function stacked(blocks: readonly Block[]): Block {
  let y = 0;
  const parts = blocks
    .filter((block) => block.height > 0)
    .map((block) => {
      const part = moved(block.svg, 0, y);
      y += block.height + BETWEEN_BLOCKS;
      return part;
    });
  return { svg: parts.join(""), height: Math.max(0, y - BETWEEN_BLOCKS) };
}

function background(isOpaque: boolean, width: number, height: number, palette: Palette): string {
  return isOpaque ? element("rect", { width, height, fill: palette.paper }) : "";
}

function description(figure: Figure, uses: readonly SeriesUse[]): string {
  const panels = figure.panels.map(
    ({ title, x, y }) => `${title === undefined ? "" : `${title}: `}${y.label} against ${x.label}`,
  );
  const otherwise = figure.otherwise === undefined ? "" : ` If the claim were false: ${figure.otherwise}`;
  return `${figure.caption}${otherwise} Panels: ${panels.join("; ")}. Series: ${uses.map((use) => use.name).join(", ")}.`;
}

/** Fine lines over a band: they keep two bands apart where colours are lost. */
function hatch({ style }: SeriesUse, id: string): string {
  const tile = {
    id,
    width: 6,
    height: 6,
    patternUnits: "userSpaceOnUse",
    patternTransform: `rotate(${style.hatch})`,
  };
  const line = { d: "M0,0V6", stroke: style.colour, "stroke-width": 1, "stroke-opacity": 0.45 };
  return element("pattern", tile, element("path", line));
}
