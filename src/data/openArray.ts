/** Array files by path, told apart by their content rather than by their extension. */
import { InputError } from "../inputError.ts";
import type { ArrayCollection, ArraySource } from "./arraySource.ts";
import { type ByteSource, openFile } from "./byteSource.ts";
import { openNpy } from "./npy.ts";
import { npyMagic } from "./npyHeader.ts";
import { openNpz } from "./npz.ts";
import { openSafetensors } from "./safetensors.ts";

/** The array of an npy file (Node only). Throws an InputError where it cannot be read as one. */
export async function openArray(path: string): Promise<ArraySource> {
  const bytes = await openFile(path);
  const format = await fileFormat(bytes);
  if (format === "npz" || format === "safetensors") {
    await bytes.close();
    throw new InputError(
      `${path}: expected one array (npy), got a file of named arrays (${format}); save one as npy`,
    );
  }
  return openNpy(bytes);
}

/** The arrays of an npz or safetensors file (Node only). Throws an InputError where it is neither. */
export async function openArrays(path: string): Promise<ArrayCollection> {
  const bytes = await openFile(path);
  const format = await fileFormat(bytes);
  if (format === "npz") return openNpz(bytes);
  if (format === "safetensors") return openSafetensors(bytes);
  await bytes.close();
  const got = format === "npy" ? "a single array (npy)" : "other content";
  throw new InputError(
    `${path}: expected named arrays (npz or safetensors), got ${got}; save it with numpy.savez`,
  );
}

async function fileFormat(bytes: ByteSource): Promise<"npy" | "npz" | "safetensors" | "other"> {
  const start = new Uint8Array(Math.min(bytes.size, 9));
  await bytes.read(0, start).catch(async (error) => {
    await bytes.close();
    throw error;
  });
  if (npyMagic.every((byte, k) => byte === start[k])) return "npy";
  // "PK", followed by the number of a record.
  if (start[0] === 0x50 && start[1] === 0x4b) return "npz";
  // No magic: the length of the header, and its opening brace.
  return start[8] === 0x7b ? "safetensors" : "other";
}
