import { rangesOf, type SampleRange } from "../../sampleRange.ts";
import type { DatasetSelection } from "./config.ts";
import { type Dataset, rowsAt } from "./dataset.ts";
import { selectLabels, selectSamples } from "./select.ts";
import { selectInputs } from "./selectInputs.ts";
import type { Standardisation } from "./standardise.ts";
import type { StoredSamples } from "./stored.ts";

/**
 * The samples of a file that a selection asks for, its inputs in this precision and standardised by `standardisation` alone; with `parts`,
 * only these of them, one range after another.
 * Throws an InputError where the file does not have what it asks for, or inputs are not finite in that precision.
 */
export function datasetOf(
  stored: StoredSamples,
  selection: Omit<DatasetSelection, "standardise">,
  precision: "float32" | "float64",
  standardisation?: Standardisation,
  parts?: readonly SampleRange[],
): Dataset {
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
    inputs: selectInputs(stored, indices, precision, standardisation),
    ...(labels && { labels: selectLabels(labels, indices, classes) }),
    ...(targets && { targets: { ...targets, values: rowsAt(targets.values, targets.outputs, indices) } }),
    ...(standardisation && { standardisation }),
  };
}
