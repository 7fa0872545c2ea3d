import type { ByteSource } from "./byteSource.ts";
import { npyMagic } from "./npyHeader.ts";

/** "zip" is npz and what torch.save writes; "torch-legacy" what it wrote before PyTorch 1.6. */
type FileFormat = "npy" | "zip" | "safetensors" | "torch-legacy" | "other";

/** What the first bytes say. Takes over `bytes` where it throws an InputError: closes it. */
export async function fileFormat(bytes: ByteSource): Promise<FileFormat> {
  const start = new Uint8Array(Math.min(bytes.size, 32));
  await bytes.read(0, start).catch(async (error) => {
    await bytes.close();
    throw error;
  });
  if (npyMagic.every((byte, k) => byte === start[k])) return "npy";
  // "PK", followed by the number of a record.
  if (start[0] === 0x50 && start[1] === 0x4b) return "zip";
  if (start[0] === pickleProtocol && latin1(start).includes(torchLegacyMagic)) return "torch-legacy";
  // No magic: the length of the header, and its opening brace.
  return start[8] === 0x7b ? "safetensors" : "other";
}

const pickleProtocol = 0x80;
/** 0x1950a86a20f9469cfc6c as the pickle that a legacy file begins with holds it (torch/serialization.py, MAGIC_NUMBER). */
const torchLegacyMagic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
