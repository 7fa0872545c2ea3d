/**
 * The colours of a figure. The series colours keep the hues of Okabe and Ito ("Color universal design",
 * 2008); lightness and chroma were searched so that each stands out 3:1 or more from its background and any
 * two stay apart under simulated protanopia, deuteranopia and tritanopia, the first four the most. No
 * meaning rests on colour alone.
 */

export type Theme = "light" | "dark" | "page";

export interface Palette {
  /** Title and legend. */
  readonly ink: string;
  /** Axes, tick labels and notes. */
  readonly muted: string;
  readonly grid: string;
  /** What lies behind the drawing; halos around markers and labels are cut out in it. */
  readonly paper: string;
  readonly series: readonly string[];
}

export const LIGHT: Palette = {
  ink: "#1c2126",
  muted: "#545d66",
  grid: "#e6e9ec",
  paper: "#ffffff",
  series: ["#0342b8", "#ae5704", "#3ba08b", "#950568", "#6f3e00", "#1f76ac", "#736e6f", "#a09040"],
};

export const DARK: Palette = {
  ink: "#e8ebee",
  muted: "#a3acb5",
  grid: "#2c3238",
  paper: "#15181b",
  series: ["#5a93fe", "#ce5707", "#8df4c7", "#a266a0", "#d59d2d", "#74cafb", "#a59ba0", "#edd55f"],
};

/** The custom properties that `PAGE` refers to, as the declarations of one CSS rule. */
export function customProperties(palette: Palette): string {
  const { series, ...plain } = palette;
  const declarations = Object.entries(plain).map(([name, colour]) => `--figure-${name}: ${colour};`);
  return [...declarations, ...series.map((colour, index) => `--figure-series-${index + 1}: ${colour};`)].join(
    " ",
  );
}

/** Colours that follow the page around an inline figure, light or dark. */
const PAGE: Palette = {
  ink: "var(--figure-ink)",
  muted: "var(--figure-muted)",
  grid: "var(--figure-grid)",
  paper: "var(--figure-paper)",
  series: LIGHT.series.map((_, index) => `var(--figure-series-${index + 1})`),
};

export const PALETTES: Readonly<Record<Theme, Palette>> = { light: LIGHT, dark: DARK, page: PAGE };
