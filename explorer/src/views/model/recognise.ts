/** What a file is, by its first bytes and the names of its arrays: the rest of it is not read yet. */
import type { ArrayCollection } from "../../../../src/data/arraySource.ts";
import { fromBlob } from "../../../../src/data/blobSource.ts";
import type { ByteSource } from "../../../../src/data/byteSource.ts";
import { fileFormat } from "../../../../src/data/fileFormat.ts";
import { openNpy } from "../../../../src/data/npy.ts";
import { openNpz } from "../../../../src/data/npz.ts";
import { openSafetensors } from "../../../../src/data/safetensors.ts";
import { listed, shownName } from "../../../../src/data/shownNames.ts";
import { InputError } from "../../../../src/inputError.ts";

/** "beside": a file that an ONNX model keeps its numbers in. */
export type Role = "point" | "array" | "network" | "data" | "beside";

export interface Recognised {
  readonly role: Role;
  /** For people: what is in it. */
  readonly words: string;
  /** Of a single array. */
  readonly shape?: readonly number[];
}

/** Throws an InputError where the file is of no use here, or damaged. */
export async function recognise(file: File): Promise<Recognised> {
  if (/\.onnx$/i.test(file.name)) return { role: "network", words: "a network" };
  const bytes = fromBlob(file, file.name);
  switch (await fileFormat(bytes)) {
    case "npy":
      return singleArray(bytes);
    case "zip":
      return namedArrays(await openNpz(bytes));
    case "safetensors":
      return namedArrays(await openSafetensors(bytes));
    case "torch-legacy":
      throw checkpoint(bytes.name);
    case "other":
      return { role: "beside", words: "numbers of a network" };
  }
}

async function singleArray(bytes: ByteSource): Promise<Recognised> {
  const { shape, dtype } = await openNpy(bytes);
  return { role: "array", words: `one array (${shape.join(", ")}) of ${dtype}`, shape };
}

/** Names alone: a compressed array would be inflated for its shape, and once more when it is measured. */
function namedArrays({ name: file, names }: ArrayCollection): Recognised {
  if (names.includes("jacobian") && names.includes("residuals")) {
    return { role: "point", words: "jacobian and residuals" };
  }
  if (names.includes("x") && names.includes("y")) return { role: "data", words: "samples x and y" };
  if (names.some((name) => name.endsWith("data.pkl"))) throw checkpoint(file);
  throw new InputError(
    `${file}: expected arrays jacobian and residuals, or x and y as data of a network, got ${listed(names.map(shownName)) || "no array"}; save them under these names`,
  );
}

function checkpoint(file: string): InputError {
  return new InputError(
    `${file}: expected a network with its structure (.onnx), got weights of PyTorch alone; export it with torch.onnx.export, or use noisegeo measure --model`,
  );
}
