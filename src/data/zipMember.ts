/** The content of one member of a zip archive as a source of bytes. */
import { type ByteSource, byteChunks, byteRange, fromBytes } from "./byteSource.ts";
import { inflate } from "./inflate.ts";
import { temporaryFile } from "./temporaryFile.ts";
import { crc32 } from "./zipCrc32.ts";
import { damagedZip, localHeaderBytes, type ZipMember } from "./zipDirectory.ts";

/**
 * Opens a member for random access, under the given name for messages. A stored member is read where it lies, without
 * its checksum; a deflated one is inflated and checked, in memory up to `memoryLimit` bytes, above into a temporary
 * file (Node only) that is gone when the result is closed, or the process ends.
 * Throws an InputError where the member is damaged, or is not as long as the directory says.
 */
export async function openZipMember(
  archive: ByteSource,
  member: ZipMember,
  name: string,
  memoryLimit: number,
): Promise<ByteSource> {
  const start = await contentPosition(archive, member);
  if (!member.deflated) return byteRange(archive, start, member.size, name);
  const content = inflatedContent(archive, member, start, name);
  return member.size <= memoryLimit
    ? inMemory(content, member.size, name)
    : temporaryFile(content, member.size, name);
}

/** Checks the local header against the directory; returns where the content begins. */
async function contentPosition(archive: ByteSource, member: ZipMember): Promise<number> {
  const name = new TextEncoder().encode(member.name);
  const header = new Uint8Array(localHeaderBytes + name.length);
  await archive.read(member.position, header);
  const view = new DataView(header.buffer);
  const extraBytes = view.getUint16(28, true);
  const agrees =
    view.getUint32(0, true) === 0x04034b50 &&
    view.getUint16(8, true) === (member.deflated ? 8 : 0) &&
    view.getUint16(26, true) === name.length &&
    name.every((byte, k) => byte === header[localHeaderBytes + k]);
  if (!agrees) throw damagedZip(archive.name, `'${member.name}' does not begin where the directory says`);
  const start = member.position + header.length + extraBytes;
  if (start + member.compressedSize > member.limit) {
    throw damagedZip(archive.name, `'${member.name}' overlaps what follows it`);
  }
  return start;
}

/** The inflated member in pieces, stopped as soon as it exceeds its declared size, checked at the end. */
async function* inflatedContent(
  archive: ByteSource,
  member: ZipMember,
  start: number,
  name: string,
): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  let checksum = 0;
  for await (const piece of inflate(byteChunks(archive, start, member.compressedSize), name)) {
    size += piece.length;
    if (size > member.size) {
      throw damagedZip(archive.name, `'${member.name}' inflates past its declared ${member.size} bytes`);
    }
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (size !== member.size) {
    throw damagedZip(archive.name, `'${member.name}' inflates to ${size} bytes, declared ${member.size}`);
  }
  if (checksum !== member.checksum) throw damagedZip(archive.name, `'${member.name}' fails its checksum`);
}

async function inMemory(content: AsyncIterable<Uint8Array>, size: number, name: string): Promise<ByteSource> {
  const bytes = new Uint8Array(size);
  let end = 0;
  for await (const piece of content) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return fromBytes(bytes, name);
}
