/**
 * The directory of a zip archive, read from its end (PKWARE APPNOTE 6.3.10, §4.3), zip64 included.
 * Everything in it is checked against the archive's size before it is used; names are labels, never paths.
 */
import { InputError } from "../inputError.ts";
import type { ByteSource } from "./byteSource.ts";
import { shownName } from "./shownNames.ts";

export interface ZipMember {
  readonly name: string;
  readonly deflated: boolean;
  /** CRC-32 of the content. */
  readonly checksum: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the member's local header begins. */
  readonly position: number;
  /** Where the next member, or the directory, begins: the member must end before. */
  readonly limit: number;
}

/** The members in the order of the directory. Throws an InputError where it is damaged or asks for what is not supported. */
export async function readZipDirectory(bytes: ByteSource): Promise<readonly ZipMember[]> {
  const { position, size, count } = await locateDirectory(bytes);
  if (size > largestDirectory || count * entryBytes > size)
    throw damagedZip(bytes.name, "its directory's size");
  const directory = new Uint8Array(size);
  await bytes.read(position, directory);
  const entries: DirectoryEntry[] = [];
  for (let offset = 0; entries.length < count; ) {
    const { entry, next } = directoryEntry(bytes.name, directory, offset);
    entries.push(entry);
    offset = next;
  }
  const members = withLimits(bytes.name, entries, position);
  if (new Set(members.map(({ name }) => name)).size < members.length) {
    throw damagedZip(bytes.name, "two members of the same name");
  }
  return members;
}

/** One line: which archive, what is wrong. */
export function damagedZip(name: string, problem: string): InputError {
  return new InputError(`${name}: damaged or unsupported zip archive: ${problem}; save it again`);
}

/** Bytes from the start of a local header to the member's name. */
export const localHeaderBytes = 30;

const largestDirectory = 64 * 2 ** 20;
const entryBytes = 46;
const endBytes = 22;
const end64Bytes = 56;
const locatorBytes = 20;

async function locateDirectory(
  bytes: ByteSource,
): Promise<{ position: number; size: number; count: number }> {
  // The end record is followed by a comment of at most 65535 bytes.
  const tail = new Uint8Array(Math.min(bytes.size, endBytes + locatorBytes + 0xffff));
  await bytes.read(bytes.size - tail.length, tail);
  const view = new DataView(tail.buffer);
  let end = tail.length - endBytes;
  const isEnd = () =>
    view.getUint32(end, true) === 0x06054b50 &&
    end + endBytes + view.getUint16(end + 20, true) === tail.length;
  while (end >= 0 && !isEnd()) end--;
  if (end < 0) {
    throw new InputError(
      `${bytes.name}: expected a zip archive, found no end of one; the file is other content or cut short`,
    );
  }
  const [disk, directoryDisk, countHere, count] = [4, 6, 8, 10].map((field) =>
    view.getUint16(end + field, true),
  );
  const [size, position] = [12, 16].map((field) => view.getUint32(end + field, true));
  const endPosition = bytes.size - tail.length + end;
  const saturated = count === 0xffff || size === 0xffffffff || position === 0xffffffff;
  if (saturated && end >= locatorBytes && view.getUint32(end - locatorBytes, true) === 0x07064b50) {
    return locateDirectory64(
      bytes,
      new DataView(tail.buffer, end - locatorBytes),
      endPosition - locatorBytes,
    );
  }
  if (disk !== 0 || directoryDisk !== 0 || countHere !== count)
    throw damagedZip(bytes.name, "it spans several disks");
  if (position + size > endPosition) throw damagedZip(bytes.name, "its directory lies outside the file");
  return { position, size, count };
}

async function locateDirectory64(bytes: ByteSource, locator: DataView, locatorPosition: number) {
  const endPosition = uint64(bytes.name, locator, 8);
  if (locator.getUint32(4, true) !== 0 || locator.getUint32(16, true) > 1) {
    throw damagedZip(bytes.name, "it spans several disks");
  }
  if (endPosition + end64Bytes > locatorPosition)
    throw damagedZip(bytes.name, "its zip64 end record lies outside the file");
  const view = new DataView(new ArrayBuffer(end64Bytes));
  await bytes.read(endPosition, new Uint8Array(view.buffer));
  const [countHere, count, size, position] = [24, 32, 40, 48].map((field) => uint64(bytes.name, view, field));
  if (view.getUint32(0, true) !== 0x06064b50) throw damagedZip(bytes.name, "no zip64 end record");
  if (view.getUint32(16, true) !== 0 || view.getUint32(20, true) !== 0 || countHere !== count) {
    throw damagedZip(bytes.name, "it spans several disks");
  }
  if (position + size > endPosition) throw damagedZip(bytes.name, "its directory lies outside the file");
  return { position, size, count };
}

type DirectoryEntry = Omit<ZipMember, "limit"> & { readonly nameBytes: number };

function directoryEntry(
  archive: string,
  directory: Uint8Array,
  offset: number,
): { entry: DirectoryEntry; next: number } {
  const view = new DataView(directory.buffer, offset, directory.length - offset);
  if (view.byteLength < entryBytes || view.getUint32(0, true) !== 0x02014b50) {
    throw damagedZip(archive, "its directory is cut short");
  }
  const [flags, method] = [8, 10].map((field) => view.getUint16(field, true));
  const [nameBytes, extraBytes, commentBytes, disk] = [28, 30, 32, 34].map((field) =>
    view.getUint16(field, true),
  );
  const next = entryBytes + nameBytes + extraBytes + commentBytes;
  if (next > view.byteLength) throw damagedZip(archive, "its directory is cut short");
  const name = memberName(archive, directory.subarray(offset + entryBytes, offset + entryBytes + nameBytes));
  if (flags & 0x2041) throw damagedZip(archive, `'${name}' is encrypted`);
  if (method !== 0 && method !== 8) throw damagedZip(archive, `'${name}' is compressed by method ${method}`);
  if (disk !== 0 && disk !== 0xffff) throw damagedZip(archive, "it spans several disks");

  const extra = new DataView(directory.buffer, offset + entryBytes + nameBytes, extraBytes);
  const [compressedSize32, size32, position32] = [20, 24, 42].map((field) => view.getUint32(field, true));
  const [size, compressedSize, position] = wideFields(archive, extra, [size32, compressedSize32, position32]);
  const checksum = view.getUint32(16, true);
  const deflated = method === 8;
  // Deflate cannot expand more than 1032 times.
  if (deflated ? size > 1032 * (compressedSize + 1) : size !== compressedSize) {
    throw damagedZip(archive, `'${name}' cannot hold ${size} bytes in ${compressedSize}`);
  }
  return {
    entry: { name, nameBytes, deflated, checksum, compressedSize, size, position },
    next: offset + next,
  };
}

/** Sizes and position; those that are saturated stand, in this order, in the zip64 extra field (§4.5.3). */
function wideFields(archive: string, extra: DataView, fields: readonly number[]): readonly number[] {
  if (!fields.includes(0xffffffff)) return fields;
  for (let field = 0; field + 4 <= extra.byteLength; field += 4 + extra.getUint16(field + 2, true)) {
    if (extra.getUint16(field, true) !== 1) continue;
    const end = Math.min(field + 4 + extra.getUint16(field + 2, true), extra.byteLength);
    let next = field + 4;
    return fields.map((value) => {
      if (value !== 0xffffffff) return value;
      if (next + 8 > end) throw damagedZip(archive, "a zip64 field is cut short");
      next += 8;
      return uint64(archive, extra, next - 8);
    });
  }
  return fields;
}

/**
 * Nothing is ever written to a path from the archive; a name like this is a sign that someone hoped so.
 * Line breaks and their like would break messages.
 */
export const unsafeName = /^\/|\\|[\p{Cc}\p{Zl}\p{Zp}]|^[a-z]:|(^|\/)\.\.(\/|$)/iu;

function memberName(archive: string, bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw damagedZip(archive, "a member's name is not UTF-8");
  }
  if (unsafeName.test(name)) throw damagedZip(archive, `unsafe name ${JSON.stringify(shownName(name))}`);
  return name;
}

/** Members must follow each other without overlap and end before the directory. */
function withLimits(archive: string, entries: readonly DirectoryEntry[], directory: number): ZipMember[] {
  const positions = entries.map(({ position }) => position).sort((a, b) => a - b);
  const limits = new Map(positions.map((position, k) => [position, positions[k + 1] ?? directory]));
  return entries.map(({ nameBytes, ...member }) => {
    const limit = limits.get(member.position)!;
    if (member.position + localHeaderBytes + nameBytes + member.compressedSize > limit) {
      throw damagedZip(archive, `'${member.name}' overlaps what follows it`);
    }
    return { ...member, limit };
  });
}

function uint64(archive: string, view: DataView, offset: number): number {
  const value = Number(view.getBigUint64(offset, true));
  if (!Number.isSafeInteger(value)) throw damagedZip(archive, "a size of 2^53 or more");
  return value;
}
