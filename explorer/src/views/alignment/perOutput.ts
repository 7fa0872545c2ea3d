/**
 * With C > 1 outputs Σ is compared with (2L/C)·G, as isotropic residuals give it: alignments are then shown times C
 * (docs/theory.md §2).
 */
export interface PerOutput {
  /** C */
  readonly times: number;
  /** Before a symbol: "C·", or nothing with one output. */
  readonly prefix: string;
  /** What Σ is compared with. */
  readonly geometry: string;
}

export function perOutput(outputs: number): PerOutput {
  return outputs === 1
    ? { times: 1, prefix: "", geometry: "2L·G" }
    : { times: outputs, prefix: "C·", geometry: "(2L/C)·G" };
}
