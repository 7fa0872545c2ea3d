import type { ExperimentResult, Scale, Verdict } from "../experiments/experiment.ts";

/** One experiment as the report shows it: what was claimed, what came out, and the files that hold it. */
export interface ReportedExperiment {
  readonly id: string;
  readonly title: string;
  readonly claim: string;
  readonly verdict: Verdict;
  readonly result: ExperimentResult;
  readonly seconds: number;
  readonly seed: number;
  readonly scale: Scale;
  readonly version: string;
  /** Which kernels computed it, for example "OpenBLAS 0.3.21"; where several did, how many trials each. */
  readonly kernels: string;
  /** Paths relative to the page. */
  readonly files: {
    readonly data: string;
    readonly result: string;
    readonly figures: readonly {
      readonly id: string;
      readonly svg: string;
      readonly png: string;
      readonly csv: string;
    }[];
  };
}

/** Everything the page of `noisegeo reproduce` tells. */
export interface Reproduction {
  readonly experiments: readonly ReportedExperiment[];
  /** Experiments that there are and that the folder does not hold. */
  readonly leftOut: readonly { readonly id: string; readonly title: string }[];
  readonly version: string;
  /** The command line that made it. */
  readonly command: string;
  /** ISO 8601; given by the caller, so that the page is a function of its input. */
  readonly date: string;
}
