import type { DatasetInBlocks } from "../../data/dataset/dataset.ts";
import { openBlocks } from "../../data/dataset/openDataset.ts";
import { InputError } from "../../inputError.ts";
import type { Problem } from "../problem.ts";
import type { TrainConfig } from "./config.ts";

/** The test split that belongs to a run's training data, standardised as they are. */
export function openTestData(
  { config: { data }, dataset, precision }: Problem,
  test: TrainConfig["test"],
  hold: number | undefined,
): Promise<DatasetInBlocks> {
  const { file, samples } = test ?? {};
  const { standardisation } = dataset;
  if (data.name === "npz") {
    if (file === undefined) {
      throw new InputError(
        "test.file: expected an npz file to test on, got nothing; give one, or leave testLoss and testAccuracy out",
      );
    }
    return openBlocks({ ...data, file, samples }, { precision, standardisation, hold });
  }
  if (file !== undefined) {
    throw new InputError(`test.file: expected none for ${data.name}, which has a test split, got ${file}`);
  }
  return openBlocks({ ...data, split: "test", samples }, { precision, standardisation, hold });
}
