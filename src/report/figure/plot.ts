import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { joinLines, toHundredths } from "./compact.ts";

/** Observable Plot outside a browser: marks to SVG markup, in a document of linkedom's. */

const { document } = parseHTML("<!doctype html><html><body></body></html>");

export interface PlotDrawing {
  /** The elements inside the plot's own <svg>, to be placed in another. */
  readonly markup: string;
  /** From data units to pixels, as the marks were placed. */
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** @param clipId replaces Plot's running number, so that the same figure always gives the same text */
export function drawPlot(options: Plot.PlotOptions, clipId: string): PlotDrawing {
  const drawing = Plot.plot({ ...options, document, className: "plot" });
  drawing.querySelector("style")?.remove();
  // Inside an image a label of one's own is no help to a screen reader; as a class it says what a group is.
  for (const group of drawing.querySelectorAll("[aria-label]")) {
    group.setAttribute("class", group.getAttribute("aria-label")!.replaceAll(" ", "-"));
    group.removeAttribute("aria-label");
  }
  joinLines(drawing);
  const scale = (name: "x" | "y") => {
    const { apply } = drawing.scale(name) ?? { apply: (value: number) => value };
    return (value: number) => Number(apply(value));
  };
  const markup = toHundredths(drawing.innerHTML).replace(/plot-clip-\d+/g, clipId);
  return { markup, x: scale("x"), y: scale("y") };
}

/** One marker centred at the origin, for the legend. */
export function drawMarker(options: Plot.DotOptions): string {
  const pixels = { type: "identity" } as const;
  const marks = [Plot.dot([[0, 0]], options)];
  return drawPlot({ width: 1, height: 1, margin: 0, axis: null, x: pixels, y: pixels, marks }, "").markup;
}
