import { InputError } from "../inputError.ts";
import type { ArrayCollection } from "./arraySource.ts";
import { openFile } from "./byteSource.ts";
import { fileFormat } from "./fileFormat.ts";
import { saveWeightsAlone } from "./pickleValues.ts";
import { openSafetensors } from "./safetensors.ts";
import { openStateDict } from "./torchFile.ts";

/**
 * A model's weights in a safetensors file or a state_dict of PyTorch (.pt, .pth), told apart by content (Node only).
 * Throws an InputError where it cannot be opened or is neither, and what opening one of them throws.
 */
export async function openWeights(path: string): Promise<ArrayCollection> {
  const bytes = await openFile(path);
  const format = await fileFormat(bytes);
  if (format === "zip") return openStateDict(bytes);
  if (format === "safetensors") return openSafetensors(bytes);
  await bytes.close();
  if (format === "torch-legacy") {
    throw new InputError(
      `${path}: expected a zip file of torch.save, got the format that PyTorch wrote before version 1.6; load it with ` +
        "torch.load and save it again with torch.save of PyTorch ≥ 1.6 (_use_new_zipfile_serialization=True)",
    );
  }
  const got = format === "npy" ? "a single array (npy)" : "other content";
  throw new InputError(
    `${path}: expected weights (safetensors, or a .pt file of torch.save), got ${got}; ${saveWeightsAlone}`,
  );
}
