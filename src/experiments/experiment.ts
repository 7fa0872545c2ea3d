import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { RandomStream } from "../random/stream.ts";
import type { Figure } from "./figure.ts";

export type Verdict = "holds" | "fails" | "inconclusive";
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

/** Columns of equal length: what the parquet file and the page's table hold. */
export type Table = Readonly<Record<string, readonly (number | string | boolean | null)[]>>;

export interface ExperimentResult {
  readonly checks: readonly Check[];
  /** One or two sentences for a reader: what was seen, and where the claim stops. */
  readonly reading: string;
  /** Which θ, targets and data were used, one line each. */
  readonly setting: readonly string[];
  readonly figures: readonly Figure[];
  /** Every measurement behind the figures, one row each. */
  readonly table: Table;
}

export interface ExperimentContext {
  readonly kernels: Kernels;
  readonly scale: Scale;
  /** The experiment's own stream: split it by trial and purpose. */
  readonly stream: RandomStream;
  /** Reports progress in [0,1]; throws an AbortError once the run was interrupted. Call it often. */
  progress(fraction: number): Promise<void>;
}

export interface Experiment {
  /** kebab-case: names the command's argument and the files. */
  readonly id: string;
  readonly title: string;
  /** The claim under test, as one sentence with its source. */
  readonly claim: string;
  run(context: ExperimentContext): Promise<ExperimentResult>;
}
