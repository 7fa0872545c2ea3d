import { isDefined } from "../geometry/undefined.ts";
import { networkPoint, type PointOptions, type Watched } from "./networkPoint.ts";
import { columnsOf, isOfDirections, isOfTest, type Quantity } from "./quantities.ts";
import { readers } from "./readers.ts";

/** Quantities of a network in training, measured on fixed samples. */
export interface Instrument {
  readonly quantities: readonly Quantity[];
  /** Eigen-directions for directionalAlignment and noiseProjectionRatio. */
  readonly top: number;
  readonly training?: Watched | undefined;
  /** For testLoss and testAccuracy. */
  readonly test?: Watched | undefined;
}

export interface Reading {
  /** A number a column; null where the quantity has no value there. */
  readonly values: Readonly<Record<string, number | null>>;
  /** The reason for every null, by column. */
  readonly undefined: Readonly<Record<string, string>>;
}

/**
 * Measures the quantities at θ (length p), in the columns of `columnsOf`, and gives the memory that it took back. Throws a
 * RangeError where the samples that a quantity is measured on are not given.
 */
export async function readInstrument(
  { quantities, top, training, test }: Instrument,
  theta: Float64Array,
  options: Omit<PointOptions, "directions">,
): Promise<Reading> {
  const values: Record<string, number | null> = {};
  const reasons: Record<string, string> = {};
  const directions = quantities.some(isOfDirections) ? top : 1;
  const [trainingPoint, testPoint] = [training, test].map(
    (watched) => watched && networkPoint(watched, theta, { ...options, directions }),
  );
  try {
    for (const quantity of quantities) {
      const point = isOfTest(quantity) ? testPoint : trainingPoint;
      if (!point) throw new RangeError(`${quantity}: expected samples to measure it on, got none`);
      const read = await readers[quantity](point);
      for (const [k, column] of columnsOf(quantity, top).entries()) {
        const value = isDefined(read) ? read[k] : read;
        values[column] = isDefined(value) ? value : null;
        if (!isDefined(value)) reasons[column] = value.undefined;
      }
    }
  } finally {
    training?.model.release();
    test?.model.release();
  }
  return { values, undefined: reasons };
}
