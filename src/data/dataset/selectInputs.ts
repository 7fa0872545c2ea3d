import { InputError } from "../../inputError.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import { featureGroups } from "./featureGroups.ts";
import type { Standardisation } from "./standardise.ts";
import { notFinite, placesOf, type StoredSamples } from "./stored.ts";

/**
 * The samples at `indices` as inputs, standardised where asked for, computed in float64 and rounded once.
 * Throws an InputError where a number is not finite in the precision asked for, or where the statistics are of inputs
 * of another shape.
 */
export function selectInputs(
  stored: StoredSamples,
  indices: Int32Array,
  precision: "float32" | "float64",
  standardisation?: Standardisation,
): FloatArray {
  if (standardisation !== undefined) requireShape(stored, standardisation);
  const { by, mean, deviation } = standardisation ?? identity;
  const { values, divisor } = stored;
  const { of } = featureGroups(stored.inputShape, by);
  const length = indices.length * of.length;
  const inputs = precision === "float32" ? new Float32Array(length) : new Float64Array(length);
  const places = placesOf(stored, indices);
  for (let i = 0; i < indices.length; i++) {
    const start = places[i] * of.length;
    const target = i * of.length;
    for (let feature = 0; feature < of.length; feature++) {
      const group = of[feature];
      inputs[target + feature] = (values[start + feature] / divisor - mean[group]) / deviation[group];
      if (!Number.isFinite(inputs[target + feature])) throw notFinite(stored, start + feature, precision);
    }
  }
  return inputs;
}

const identity = { by: "global", mean: Float64Array.of(0), deviation: Float64Array.of(1) } as const;

function requireShape({ name, inputShape }: StoredSamples, standardisation: Standardisation): void {
  const expected = standardisation.inputShape.join("×");
  if (inputShape.join("×") !== expected) {
    throw new InputError(
      `${name}: expected inputs of ${expected}, as in the training data that they are standardised by, got ${inputShape.join("×")}`,
    );
  }
}
