import { crc32 } from "../../data/zipCrc32.ts";

/** Signature and header chunk, which come first in every PNG. */
const HEADER = 8 + 25;
/** What the numbers are per. */
const METRE = 1;

/**
 * The PNG with its resolution in a pHYs chunk (PNG specification §11.3.4.3), so that programs put it in at its true size.
 * @param png without such a chunk
 */
export function withResolution(png: Uint8Array, dotsPerInch: number): Uint8Array {
  const chunk = new Uint8Array(4 + 4 + 9 + 4);
  const view = new DataView(chunk.buffer);
  const dotsPerMetre = Math.round(dotsPerInch / 0.0254);
  view.setUint32(0, 9);
  chunk.set(new TextEncoder().encode("pHYs"), 4);
  view.setUint32(8, dotsPerMetre);
  view.setUint32(12, dotsPerMetre);
  view.setUint8(16, METRE);
  view.setUint32(17, crc32(chunk.subarray(4, 17), 0));
  const result = new Uint8Array(png.length + chunk.length);
  result.set(png.subarray(0, HEADER));
  result.set(chunk, HEADER);
  result.set(png.subarray(HEADER), HEADER + chunk.length);
  return result;
}
