import type { Figure, Layer } from "../../experiments/figure.ts";
import type { Palette } from "./palette.ts";

interface Marker {
  readonly symbol: "circle" | "square" | "triangle" | "diamond" | "times" | "square2" | "triangle2";
  readonly look: "filled" | "hollow" | "strokes";
}

export interface SeriesStyle {
  readonly colour: string;
  readonly marker: Marker;
  /** SVG stroke-dasharray; "none" is solid. */
  readonly dash: string;
  /** Direction of a band's hatching, in degrees. */
  readonly hatch: number;
}

/** What is drawn under one name anywhere in the figure: its legend key shows each kind once. */
export interface SeriesUse {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly points: boolean;
  readonly line: boolean;
  readonly band: boolean;
  readonly rule: "x" | "y" | undefined;
}

const MARKERS: readonly Marker[] = [
  { symbol: "circle", look: "filled" },
  { symbol: "square", look: "filled" },
  { symbol: "triangle", look: "filled" },
  { symbol: "diamond", look: "filled" },
  { symbol: "times", look: "strokes" },
  { symbol: "circle", look: "hollow" },
  { symbol: "square2", look: "hollow" },
  { symbol: "triangle2", look: "hollow" },
];
const DASHES = ["none", "7 3", "2 2.5", "9 3 2 3", "14 4", "4 2", "9 2 2 2 2 2", "1.5 4"];
const RULE_DASHES = ["5 3", "1.5 2.5", "9 3 2 3", "12 3"];
const HATCHES = [45, 135, 90, 0];

/**
 * One entry a series, in order of first appearance over all panels, so that a name looks the same
 * everywhere. Series that are only rules are references, drawn in the colour of the axes: they use up no
 * colour.
 */
export function seriesUses(figure: Figure, palette: Palette): readonly SeriesUse[] {
  const layersOf = new Map<string, Layer[]>();
  for (const layer of figure.panels.flatMap((panel) => panel.layers)) {
    layersOf.set(layer.series, [...(layersOf.get(layer.series) ?? []), layer]);
  }
  let data = 0;
  let references = 0;
  return [...layersOf].map(([name, layers]) => {
    const isReference = layers.every((layer) => layer.kind === "rule");
    return {
      name,
      style: isReference ? referenceStyle(references++, palette) : dataStyle(data++, palette),
      points: layers.some((layer) => layer.kind === "points"),
      line: layers.some(
        (layer) => layer.kind === "line" || (layer.kind === "points" && layer.joined === true),
      ),
      band: layers.some((layer) => layer.kind === "band"),
      rule: layers.find((layer) => layer.kind === "rule")?.axis,
    };
  });
}

function dataStyle(index: number, palette: Palette): SeriesStyle {
  // Past the last colour the markers and dashes shift against it, so that pairs stay distinct.
  const cycle = Math.floor(index / palette.series.length);
  return {
    colour: palette.series[index % palette.series.length],
    marker: MARKERS[(index + 3 * cycle) % MARKERS.length],
    dash: DASHES[(index + 3 * cycle) % DASHES.length],
    hatch: HATCHES[index % HATCHES.length],
  };
}

function referenceStyle(index: number, palette: Palette): SeriesStyle {
  return {
    colour: palette.muted,
    marker: MARKERS[index % MARKERS.length],
    dash: RULE_DASHES[index % RULE_DASHES.length],
    hatch: HATCHES[index % HATCHES.length],
  };
}
