/** Array files by path, told apart by their content rather than by their extension. */
import { InputError } from "../inputError.ts";
import type { ArrayCollection, ArraySource } from "./arraySource.ts";
import { openFile } from "./byteSource.ts";
import { fileFormat } from "./fileFormat.ts";
import { openNpy } from "./npy.ts";
import { openNpz } from "./npz.ts";
import { openSafetensors } from "./safetensors.ts";

/** The array of an npy file (Node only). Throws an InputError where it cannot be opened, or read as one. */
export async function openArray(path: string): Promise<ArraySource> {
  const bytes = await openFile(path);
  const format = await fileFormat(bytes);
  if (format === "zip" || format === "safetensors") {
    await bytes.close();
    const got = format === "zip" ? "npz" : format;
    throw new InputError(
      `${path}: expected one array (npy), got a file of named arrays (${got}); save one as npy`,
    );
  }
  return openNpy(bytes);
}

/**
 * The arrays of an npz or safetensors file (Node only). Throws an InputError where it cannot be opened, is neither, or is
 * damaged.
 */
export async function openArrays(path: string): Promise<ArrayCollection> {
  const bytes = await openFile(path);
  const format = await fileFormat(bytes);
  if (format === "zip") return openNpz(bytes);
  if (format === "safetensors") return openSafetensors(bytes);
  await bytes.close();
  const got = format === "npy" ? "a single array (npy)" : "other content";
  throw new InputError(
    `${path}: expected named arrays (npz or safetensors), got ${got}; save it with numpy.savez`,
  );
}
