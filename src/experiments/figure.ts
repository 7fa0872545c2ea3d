/**
 * A figure as data: what is drawn, never how. The report renders it to SVG, PNG and the page; an explorer may
 * render it live. Axes carry their units, measurements their intervals, and theory stands in the same picture.
 */

export interface Figure {
  /** Unique within its experiment, kebab-case: names the files. */
  readonly id: string;
  /** One line that says what is seen. */
  readonly title: string;
  /** What is drawn, at which θ, from which data and how many seeds, what the bars and bands are. */
  readonly caption: string;
  /** What it would show were the claim under test false; goes on after "If the claim were false:". */
  readonly otherwise?: string;
  /** Small multiples, drawn side by side (wrapping), with a shared legend. */
  readonly panels: readonly Panel[];
  /** One flat panel below another, for a horizontal axis that all share. */
  readonly isStacked?: boolean;
}

/** One plot of a figure. */
export interface Panel {
  readonly title?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Drawn in order, first at the back. */
  readonly layers: readonly Layer[];
}

/** An axis of a panel. */
export interface Axis {
  /** Label with unit or "(dimensionless)" where it is not plain, for example "samples n". */
  readonly label: string;
  readonly scale: "linear" | "log";
  /** Fixed range; otherwise taken from the data. */
  readonly domain?: readonly [number, number];
}

/** A point with its interval. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** 95 % interval, drawn as a bar. */
  readonly low?: number;
  readonly high?: number;
}

/**
 * Points with their intervals, a line, the band between `low` and `high`, or a rule at one value of an axis. `series` names the
 * legend entry and fixes colour, marker and dash: the same name looks the same in every panel.
 */
export type Layer =
  | {
      readonly kind: "points";
      readonly series: string;
      readonly points: readonly Point[];
      readonly joined?: boolean;
    }
  | { readonly kind: "line"; readonly series: string; readonly points: readonly { x: number; y: number }[] }
  | {
      readonly kind: "band";
      readonly series: string;
      readonly points: readonly { x: number; low: number; high: number }[];
    }
  | { readonly kind: "rule"; readonly series: string; readonly axis: "x" | "y"; readonly value: number };
