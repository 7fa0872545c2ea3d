import type { Figure } from "../../experiments/figure.ts";
import { figureTable } from "../figure/figureTable.ts";
import { renderFigure } from "../figure/renderFigure.ts";
import { dataTable } from "./dataTable.ts";
import { explained } from "./explained.ts";
import { fileAddress, type Html, html, prose, trusted } from "./html.ts";

const WIDE = 960;
const NARROW = 340;

/** Where the same figure lies as files, relative to the page. */
export interface FigureFiles {
  readonly svg: string;
  readonly png: string;
  /** The points drawn. */
  readonly csv?: string;
}

export interface FigurePlace {
  /** Sets the ids apart from those of figures of the same name elsewhere in the page. */
  readonly scope: string;
  /** Terms that the text around it has explained; grows by those of the caption. */
  readonly seen: Set<string>;
  readonly files?: FigureFiles | undefined;
}

/**
 * A figure in the page, drawn twice: once for wide screens and paper, once for phones with its panels below
 * each other. Only one of the two is displayed.
 */
export function pageFigure(figure: Figure, { scope, seen, files }: FigurePlace): Html {
  const drawing = (variant: string, width: number) =>
    trusted(renderFigure({ ...figure, id: `${scope}-${figure.id}-${variant}` }, { theme: "page", width }));
  const links = (paths: FigureFiles) =>
    html`<p class="downloads">This figure as <a href="${fileAddress(paths.svg)}">SVG</a>
or <a href="${fileAddress(paths.png)}">PNG</a></p>
${numbers(paths)}`;
  const numbers = ({ csv }: FigureFiles) =>
    csv === undefined
      ? undefined
      : dataTable(figureTable(figure), figure.title, {
          path: csv,
          format: "CSV",
          subject: "The points of this figure",
        });
  return html`<figure class="plot">
<figcaption><h3>${prose(figure.title)}</h3><p>${explained(figure.caption, seen)}</p>${otherwise(figure, seen)}</figcaption>
<div class="wide">${drawing("wide", WIDE)}</div>
<div class="narrow">${drawing("narrow", NARROW)}</div>
${files === undefined ? undefined : links(files)}
</figure>`;
}

/** What would have been seen had the claim failed: without it a reader cannot tell what the figure tests. */
function otherwise(figure: Figure, seen: Set<string>): Html | undefined {
  if (figure.otherwise === undefined) return undefined;
  return html`<p class="otherwise"><strong>If the claim were false:</strong> ${explained(figure.otherwise, seen)}</p>`;
}
