import type { ImageSetConfig } from "../data/dataset/config.ts";
import type { Dataset } from "../data/dataset/dataset.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { RandomStream } from "../random/stream.ts";
import type { Figure } from "./figure.ts";

/** The whole 95 % interval within the bounds, wholly outside of them, or neither. */
export type Verdict = "holds" | "fails" | "inconclusive";
/** Sizes that take minutes, or those of the paper. */
export type Scale = "quick" | "paper";

/** A mean with its 95 % interval and the number of independent repetitions behind it. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly repetitions: number;
}

/** One testable sentence of a claim, with the numbers that decide it. */
export interface Check {
  /** The sentence, with the bound in it: "mean μ₁ at n = 10 lies within 5 % of 1". */
  readonly statement: string;
  readonly verdict: Verdict;
  readonly estimate: Estimate;
  /** What the estimate was held against: the interval must lie inside [atLeast, atMost]. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One measurement: flat, so that it is a line of a file and a row of a table. */
export type Row = Readonly<Record<string, number | string | boolean | null>>;

/** Columns of equal length: what the parquet file and the page's table hold. */
export type Table = Readonly<Record<string, readonly (number | string | boolean | null)[]>>;

/** What the rows of an experiment say. */
export interface Conclusion {
  readonly checks: readonly Check[];
  /** What was seen, and where the claim stops: a few sentences, or lines where much was looked at. */
  readonly reading: string;
  /** Which θ, targets and data were used, one line each. */
  readonly setting: readonly string[];
  readonly figures: readonly Figure[];
}

/** What an experiment comes to, with what it was measured from. */
export interface ExperimentResult extends Conclusion {
  /** Every measurement behind the figures, one row each. */
  readonly table: Table;
}

/**
 * Names one independent piece of an experiment: its fields fix what is drawn and measured, and make its label,
 * "spectrum=isotropic,trial=3".
 */
export type Trial = Readonly<Record<string, number | string>>;

/**
 * Opens real images. Throws an InputError, the reason, where they are not on the machine: an experiment then leaves the part that
 * wants them out and says so.
 */
export type OpenImages = (config: ImageSetConfig) => Promise<Dataset>;

/** What a trial computes with. */
export interface TrialContext {
  readonly kernels: Kernels;
  /** Left out where there are no files, as in a browser. */
  readonly openImages?: OpenImages | undefined;
  readonly scale: Scale;
  /** The trial's own stream: the same numbers whatever ran before, beside or instead of it. */
  readonly stream: RandomStream;
}

/**
 * A claim under test. Trials are measured one by one, in any order and on any machine, and their rows kept; the
 * conclusion is a function of the rows alone, so that a verdict can be recomputed, and can fail.
 */
export interface Experiment<T extends Trial = Trial> {
  /** kebab-case: names the command's argument and the files. */
  readonly id: string;
  readonly title: string;
  /** The claim under test, as one sentence with its source. */
  readonly claim: string;
  /** The trials of a scale, in order, each with its own label. */
  trials(scale: Scale): readonly T[];
  /** Measures one trial, from its own stream alone. */
  measure(trial: T, context: TrialContext): Promise<readonly Row[]>;
  /** Checks, figures and a reading from the rows of all trials. */
  conclude(rows: readonly Row[], scale: Scale): Conclusion;
}
