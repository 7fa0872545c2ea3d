import type { Row } from "../experiment.ts";
import { mean, where } from "../rows.ts";
import type { Subject } from "./setting.ts";

/**
 * The learning rate of two-level cycles against the step, the mean over seeds, in units of 2/λ₁ where the cycles begin: its corners,
 * from the initialisation on.
 */
export function meanRates(
  { warmup, cycle, cycles, settling }: Subject,
  rows: readonly Row[],
): readonly { x: number; y: number }[] {
  const starts = where(rows, { kind: "start" });
  const over = (field: string) => mean(starts.map((row) => (row[field] as number) / (row.edge as number)));
  const [low, high] = [over("low"), over("high")];
  const corners: { x: number; y: number }[] = [{ x: 0, y: low }];
  for (let k = 0; k < cycles; k++) {
    const [from, half] = [warmup + k * cycle, warmup + (k + 0.5) * cycle];
    corners.push({ x: from, y: low }, { x: from, y: high }, { x: half, y: high }, { x: half, y: low });
  }
  return [...corners, { x: warmup + cycle * cycles + settling, y: low }];
}
