import type { BatchStability } from "../../dynamics/batchStability.ts";
import type { GeometryEstimate } from "../../geometry/estimate/geometryEstimate.ts";
import type { Measurement } from "../../geometry/measure.ts";

/** A measurement, with the stability of SGD where it was asked for, and what was sampled where K was too large. */
export interface MeasuredPoint extends Measurement {
  readonly stability?: readonly BatchStability[];
  /** Where the numbers come from pairs of samples. */
  readonly estimate?: GeometryEstimate;
}
