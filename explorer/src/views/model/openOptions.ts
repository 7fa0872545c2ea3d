import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import type { MeasureOptions } from "./fields.ts";

export interface OpenOptions extends Pick<MeasureOptions, "loss" | "samples" | "seed" | "precision"> {
  readonly kernels: Kernels;
  /** Waited for now and then in long work; what it throws ends the work. */
  readonly pause: () => Promise<void>;
  /** Ends reading. */
  readonly signal: AbortSignal;
  /** The share of the work on the Gram matrix that is done. */
  readonly onProgress: (fraction: number) => void;
}
