import type { Model } from "../../models/model.ts";
import type { Row } from "../experiment.ts";

/** A model with data, at a sharp minimum from which every run starts. */
export interface Landscape {
  readonly model: Model;
  /** θ of the sharp minimum. */
  readonly start: Float64Array;
  /** The loss of f = 0, in units of which losses are stated. */
  readonly unit: number;
  /** What is known of the valley beforehand. */
  readonly known: Row;
  /** How well θ does on data that it was not trained on. */
  test(theta: Float64Array): Row;
  release(): void;
}
