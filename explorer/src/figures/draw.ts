/** Figures of src/experiments/figure.ts in the page. A chunk of its own, with Observable Plot: to be imported on demand. */
export { renderFigure } from "../../../src/report/figure/renderFigure.ts";
