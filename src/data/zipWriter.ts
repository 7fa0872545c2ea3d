import { crc32 } from "./zipCrc32.ts";

/** A member to be written: its name, and its content in memory. */
export interface ZipContent {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A zip archive of the given members, deflated or stored. The same members give the same bytes: the time is always
 * 1 January 1980. Throws a RangeError where the archive would need zip64 (4 GiB or 65,535 members and more).
 */
export async function encodeZip(
  contents: readonly ZipContent[],
  compressed: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let position = 0;
  for (const { name, bytes } of contents) {
    const content = compressed ? await deflate(bytes) : bytes;
    const nameBytes = new TextEncoder().encode(name);
    const shared = [
      [20, 2], // version needed: 2.0
      [0x800, 2], // the name is UTF-8
      [compressed ? 8 : 0, 2],
      [0, 2], // time
      [0x21, 2], // date
      [crc32(bytes, 0), 4],
      [content.length, 4],
      [bytes.length, 4],
      [nameBytes.length, 2],
      [0, 2], // extra field
    ] as const;
    const local = fields([[0x04034b50, 4], ...shared]);
    directory.push(
      fields([[0x02014b50, 4], [20, 2], ...shared, [0, 2], [0, 2], [0, 2], [0, 4], [position, 4]]),
      nameBytes,
    );
    parts.push(local, nameBytes, content);
    position += local.length + nameBytes.length + content.length;
  }
  const directorySize = directory.reduce((size, part) => size + part.length, 0);
  if (position + directorySize >= 2 ** 32 - 1 || contents.length >= 0xffff) {
    throw new RangeError(
      `zip: ${contents.length} members of ${position} bytes need zip64, which is not written`,
    );
  }
  const count = contents.length;
  const end = fields([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [directorySize, 4],
    [position, 4],
    [0, 2],
  ]);
  return concatenate([...parts, ...directory, end]);
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Little-endian unsigned integers of 2 or 4 bytes, one after the other. */
function fields(values: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.reduce((size, [, bytes]) => size + bytes, 0)));
  let offset = 0;
  for (const [value, bytes] of values) {
    if (bytes === 2) view.setUint16(offset, value, true);
    else view.setUint32(offset, value, true);
    offset += bytes;
  }
  return new Uint8Array(view.buffer);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
