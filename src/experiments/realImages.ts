import type { ImageSetConfig } from "../data/dataset/config.ts";
import type { Dataset } from "../data/dataset/dataset.ts";
import { InputError } from "../inputError.ts";
import type { OpenImages } from "./experiment.ts";

/** The images asked for, or the reason why they are not on this machine. What else goes wrong is thrown. */
export async function imagesOrReason(
  openImages: OpenImages | undefined,
  config: ImageSetConfig,
): Promise<Dataset | { readonly missing: string }> {
  if (!openImages) return { missing: "no images were given" };
  try {
    return await openImages(config);
  } catch (error) {
    if (error instanceof InputError) return { missing: error.message };
    throw error;
  }
}
