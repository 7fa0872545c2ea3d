import { InputError } from "../inputError.ts";
import { type ArrayCollection, missingArray } from "./arraySource.ts";
import { type ByteSource, byteRange } from "./byteSource.ts";
import { arrayBytes } from "./floatElements.ts";
import { denseArray } from "./floatSlab.ts";
import { readSafetensorsHeader, tensorType, tensorTypes } from "./safetensorsHeader.ts";

/** The tensors of a safetensors file. */
export interface TensorCollection extends ArrayCollection {
  /** The file's `__metadata__`; empty where it has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The tensors of a safetensors file (https://huggingface.co/docs/safetensors), in the order of their bytes. Tensors of a
 * type that is not read as numbers are listed, and refused when they are opened.
 * Takes over `bytes`: closes it with the collection, or at once where it throws an InputError, because it is no such
 * file or is damaged.
 */
export async function openSafetensors(bytes: ByteSource): Promise<TensorCollection> {
  const { tensors, metadata } = await readSafetensorsHeader(bytes).catch(async (error) => {
    await bytes.close();
    throw error;
  });
  const names = tensors.map(({ name }) => name);
  return {
    name: bytes.name,
    names,
    metadata,
    async array(name) {
      const entry = tensors.find((tensor) => tensor.name === name);
      if (entry === undefined) throw missingArray(bytes.name, name, names);
      const dtype = tensorType(entry.dtype);
      if (dtype === undefined) {
        throw new InputError(
          `${bytes.name}:${name}: expected one of ${Object.keys(tensorTypes).join(", ")}, got ${entry.dtype}; ` +
            "convert it before saving",
        );
      }
      const size = arrayBytes(entry.shape, dtype)!;
      const range = byteRange(bytes, entry.position, size, `${bytes.name}:${name}`);
      return denseArray({
        bytes: range,
        position: 0,
        shape: entry.shape,
        dtype,
        littleEndian: true,
        order: "C",
      });
    },
    close: () => bytes.close(),
  };
}
