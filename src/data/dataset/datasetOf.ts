import { rangesOf, type SampleRange } from "../../sampleRange.ts";
import type { DatasetSelection } from "./config.ts";
import { type DatasetWith, rowsAt } from "./dataset.ts";
import type { InputBlocks } from "./inputBlocks.ts";
import { selectLabels, selectSamples } from "./select.ts";
import { selectInputs } from "./selectInputs.ts";
import type { Standardisation } from "./standardise.ts";
import type { StoredSamples } from "./stored.ts";

export interface DatasetOfOptions {
  readonly precision: "float32" | "float64";
  /** Instead of what the selection says. */
  readonly standardisation?: Standardisation | undefined;
  /** Only these of the samples selected, one range after another. */
  readonly parts?: readonly SampleRange[] | undefined;
  /** Inputs of more bytes stay where they are stored. */
  readonly hold?: number | undefined;
}

/**
 * The samples of a file that a selection asks for.
 * Throws an InputError where the file does not have what it asks for, or inputs are not finite in that precision.
 */
export function datasetOf(
  stored: StoredSamples,
  selection: Omit<DatasetSelection, "standardise">,
  { precision, standardisation, parts, hold }: DatasetOfOptions,
): DatasetWith<InputBlocks> {
  const { classes } = selection;
  const { labels, targets, inputShape } = stored;
  const selected = selectSamples(stored, selection);
  const indices = parts ? rangesOf(selected, parts) : selected;
  return {
    name:
      indices.length === stored.count
        ? stored.name
        : `${stored.name}: ${indices.length} of ${stored.count} samples`,
    count: indices.length,
    available: selectSamples(stored, { classes }).length,
    inputShape,
    inputs: selectInputs(stored, indices, precision, standardisation, hold),
    ...(labels && { labels: selectLabels(labels, indices, classes) }),
    ...(targets && { targets: { ...targets, values: rowsAt(targets.values, targets.outputs, indices) } }),
    ...(standardisation && { standardisation }),
  };
}
