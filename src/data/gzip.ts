/** Whole gzip files (RFC 1952) of one member: data sets are published so. */
import { InputError } from "../inputError.ts";
import { type ByteSource, byteChunks, fromBytes, type SyncByteSource } from "./byteSource.ts";
import { inflate } from "./inflate.ts";
import { temporaryFile } from "./temporaryFile.ts";

export async function isGzip(bytes: ByteSource): Promise<boolean> {
  const start = new Uint8Array(Math.min(bytes.size, 2));
  await bytes.read(0, start);
  return start[0] === 0x1f && start[1] === 0x8b;
}

/**
 * The content of a gzip file under the file's own name, checked against its length and checksum: in memory up to `memoryLimit`
 * bytes, above in a temporary file (Node only) that is gone when the result is closed. Leaves `bytes` open.
 * Throws an InputError where the file is damaged, cut short, or holds more than one member.
 */
export async function gunzip(bytes: ByteSource, memoryLimit = Infinity): Promise<SyncByteSource> {
  const { name, size } = bytes;
  if (size < smallestFile) throw damaged(name, `expected at least ${smallestFile} bytes, got ${size}`);
  const declared = new DataView(new ArrayBuffer(4));
  await bytes.read(size - 4, new Uint8Array(declared.buffer));
  const length = declared.getUint32(0, true);
  // Deflate cannot expand more than 1032 times: nothing is allocated for a length that is a lie.
  if (length > 1032 * size) throw damaged(name, `${size} bytes cannot hold the declared ${length}`);
  const pieces = checkedPieces(bytes, length);
  if (length > memoryLimit) return temporaryFile(pieces, length, name);
  const content = new Uint8Array(length);
  let end = 0;
  for await (const piece of pieces) {
    content.set(piece, end);
    end += piece.length;
  }
  return fromBytes(content, name);
}

/** What the file inflates to, of the declared length. */
async function* checkedPieces(bytes: ByteSource, length: number): AsyncGenerator<Uint8Array> {
  const { name, size } = bytes;
  let end = 0;
  for await (const piece of inflate(byteChunks(bytes, 0, size), name, { format: "gzip" })) {
    end += piece.length;
    if (end > length) throw damaged(name, `it inflates past its declared ${length} bytes`);
    yield piece;
  }
  if (end !== length) throw damaged(name, `it inflates to ${end} bytes, declared ${length}`);
}

/** Header, an empty deflate stream, checksum and length. */
const smallestFile = 20;

function damaged(name: string, problem: string): InputError {
  return new InputError(`${name}: damaged gzip file: ${problem}; get the file again`);
}
