import type { Row } from "../experiment.ts";
import { where } from "../rows.ts";

/**
 * Rows "along" of one kind of run with what all runs of the seed share before them: its start, and its initialisation. Sharpness over
 * that of the seed's start, learning rates and thresholds in units of 2/λ₁ there. Runs that were lost are left out.
 */
export function withinSeed(run: readonly Row[], all: readonly Row[]): readonly Row[] {
  const arrived = where(run, { kind: "end", arrived: true });
  return arrived.flatMap(({ seed }) => {
    const [start] = where(all, { kind: "start", seed });
    const before = [...where(all, { kind: "initialisation", seed }), start];
    return [...before, ...where(run, { kind: "along", seed })].map((row) => ({
      ...row,
      lambdaMax: (row.lambdaMax as number) / (start.lambdaMax as number),
      trace: (row.trace as number) / (start.trace as number),
      edge: (start.lambdaMax as number) / (row.lambdaMax as number),
      threshold: typeof row.threshold === "number" ? row.threshold / (start.edge as number) : null,
    }));
  });
}
