import type { Figure } from "../../experiments/figure.ts";

/** CSS pixels, 96 to the inch: a column of a journal is 8.5 cm wide, its page's text 17.8 cm. */
const ONE_COLUMN = 321;
const TWO_COLUMNS = 673;

/** More panels below each other than this would be taller than a page. */
const STACKED = 3;

/**
 * The width to draw a figure's files at, so that they go into a paper unscaled: one column, its panels below each other, or
 * both columns for a figure of more than three panels. Text is then 8 pt and more, subscripts 6 pt.
 */
export function printWidth({ panels }: Figure): number {
  return panels.length <= STACKED ? ONE_COLUMN : TWO_COLUMNS;
}
