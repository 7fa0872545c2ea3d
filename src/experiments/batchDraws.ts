import { type BatchDraw, batchNoise } from "../dynamics/batchNoise.ts";
import type { Row } from "./experiment.ts";
import type { Layer } from "./figure.ts";
import { mean, meanPoints, numbers, where } from "./rows.ts";

/** Each batch size with and without replacement, but for 1, where that is the same. */
export function drawsOf(batchSizes: readonly number[]): readonly BatchDraw[] {
  return batchSizes.flatMap((batchSize) =>
    (batchSize === 1 ? [true] : [true, false]).map((replacement) => ({ batchSize, replacement })),
  );
}

export function drawName({ batchSize, replacement }: BatchDraw): string {
  return `B = ${batchSize}, ${replacement ? "with" : "without"} replacement`;
}

/** The c of every batch size up to the largest of the rows, times the mean of `field` at B = 1. */
export function noiseCurve(rows: readonly Row[], field: string, samples: number, replacement: boolean) {
  const unit = mean(numbers(where(rows, { batchSize: 1 }), field));
  const largest = Math.max(...numbers(rows, "batchSize"));
  const sizes = new Set(Array.from({ length: 60 }, (_, k) => Math.round(largest ** (k / 59))));
  return [...sizes].map((x) => ({ x, y: unit * batchNoise(samples, { batchSize: x, replacement }) }));
}

/** Against B, with and without replacement: `measured` as points, and the curve that `exact` follows. */
export function againstBatchSize(rows: readonly Row[], samples: number): readonly Layer[] {
  return [true, false].flatMap((replacement): Layer[] => {
    const series = `${replacement ? "with" : "without"} replacement`;
    const own = rows.filter((row) => row.batchSize === 1 || row.replacement === replacement);
    return [
      { kind: "line", series, points: noiseCurve(rows, "exact", samples, replacement) },
      { kind: "points", series, points: meanPoints(own, "batchSize", "measured") },
    ];
  });
}
