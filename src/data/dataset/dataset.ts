import type { FloatArray } from "../../linalg/matrix.ts";
import { type InputBlocks, inputsAt } from "./inputBlocks.ts";
import type { Standardisation } from "./standardise.ts";
import type { Labels, Targets } from "./targets.ts";

/** The one form that data take, whatever files they come from. At least one of `labels` and `targets` is there. */
export interface DatasetWith<Inputs> {
  /** For people: "mnist, training split: 1000 of 60000 samples". */
  readonly name: string;
  /** n */
  readonly count: number;
  /** Samples that there are (of the classes asked for), of which these were taken. */
  readonly available: number;
  /** Of one sample; images are (channels, rows, columns). */
  readonly inputShape: readonly number[];
  readonly inputs: Inputs;
  readonly labels?: Labels;
  /**
   * Of a file that says which numbers to fit, as it has them, also where `classes` renumbers labels; see `oneHot` and `signs`
   * for classes.
   */
  readonly targets?: Targets;
  /** What was done to the inputs; pass it on when the test split is opened. */
  readonly standardisation?: Standardisation;
}

/** In memory: inputs are n × ∏ inputShape, row-major. */
export interface Dataset extends DatasetWith<FloatArray> {}

/** Wherever the inputs lie. */
export interface DatasetInBlocks extends DatasetWith<InputBlocks> {
  /** Closes the files that inputs are read from; they must not be read afterwards. */
  close(): Promise<void>;
}

/** The samples at these indices, in this order, repeats allowed, as copies. Throws a RangeError on none and on an index out of range. */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  return choose(dataset, indices, (inputs) => rowsAt(inputs, inputs.length / dataset.count, indices));
}

/** Likewise, without copies of inputs: they are read where the whole set has them. */
export function blocksSubset(
  dataset: DatasetWith<InputBlocks>,
  indices: Int32Array,
): DatasetWith<InputBlocks> {
  return choose(dataset, indices, (inputs) => inputsAt(inputs, indices));
}

function choose<Inputs>(
  dataset: DatasetWith<Inputs>,
  indices: ArrayLike<number>,
  chosen: (inputs: Inputs) => Inputs,
): DatasetWith<Inputs> {
  if (indices.length === 0) throw new RangeError("subset: expected at least one index, got none");
  for (let k = 0; k < indices.length; k++) {
    if (!(Number.isInteger(indices[k]) && indices[k] >= 0 && indices[k] < dataset.count)) {
      throw new RangeError(`subset: expected indices between 0 and ${dataset.count - 1}, got ${indices[k]}`);
    }
  }
  const { inputs, labels, targets } = dataset;
  return {
    ...dataset,
    name: `${dataset.name}, ${indices.length} of them`,
    count: indices.length,
    inputs: chosen(inputs),
    ...(labels && { labels: { ...labels, indices: rowsAt(labels.indices, 1, indices) } }),
    ...(targets && { targets: { ...targets, values: rowsAt(targets.values, targets.outputs, indices) } }),
  };
}

/** Rows of `width` elements, copied. */
export function rowsAt<T extends FloatArray | Int32Array>(
  data: T,
  width: number,
  indices: ArrayLike<number>,
): T {
  const rows = new (data.constructor as new (length: number) => T)(indices.length * width);
  for (let k = 0; k < indices.length; k++) {
    rows.set(data.subarray(indices[k] * width, (indices[k] + 1) * width), k * width);
  }
  return rows;
}
