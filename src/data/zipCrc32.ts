/** CRC-32 of zip (polynomial 0xEDB88320, reflected), eight bytes at a time. */

/** The checksum of what `previous` covers followed by `bytes`; start with 0. */
export function crc32(bytes: Uint8Array, previous: number): number {
  let crc = ~previous;
  let k = 0;
  for (const last = bytes.length - 8; k <= last; k += 8) {
    crc ^= bytes[k] | (bytes[k + 1] << 8) | (bytes[k + 2] << 16) | (bytes[k + 3] << 24);
    crc =
      tables[0x700 + (crc & 0xff)] ^
      tables[0x600 + ((crc >>> 8) & 0xff)] ^
      tables[0x500 + ((crc >>> 16) & 0xff)] ^
      tables[0x400 + (crc >>> 24)] ^
      tables[0x300 + bytes[k + 4]] ^
      tables[0x200 + bytes[k + 5]] ^
      tables[0x100 + bytes[k + 6]] ^
      tables[bytes[k + 7]];
  }
  for (; k < bytes.length; k++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[k]) & 0xff];
  return ~crc >>> 0;
}

/** Eight tables of 256, one after the other: table j gives the effect of a byte that is followed by j zero bytes. */
const tables = checksumTables();

function checksumTables(): Int32Array {
  const result = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    result[byte] = crc;
  }
  for (let k = 256; k < result.length; k++)
    result[k] = (result[k - 256] >>> 8) ^ result[result[k - 256] & 0xff];
  return result;
}
