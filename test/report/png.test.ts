import { crc32, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { renderFigure } from "../../src/report/figure/renderFigure.ts";
import { renderPng } from "../../src/report/figure/renderPng.ts";
import { everyLayer } from "./samples.ts";

/** The chunks of a PNG, their checksums held to those of zlib. */
function chunks(png: Uint8Array): { readonly type: string; readonly data: Buffer }[] {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001a\n");
  const found = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const length = bytes.readUInt32BE(at);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    found.push({
      type: bytes.toString("latin1", at + 4, at + 8),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
  }
  return found;
}

/** How many bytes of the filtered pixel rows are not zero: none for an empty picture. */
async function inkOf(content: string): Promise<number> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" font-family="system-ui, sans-serif">${content}</svg>`;
  const data = chunks(await renderPng(svg)).filter(({ type }) => type === "IDAT");
  return inflateSync(Buffer.concat(data.map((chunk) => chunk.data))).filter(
    (byte, index) => byte !== 0 && index % 961 !== 0,
  ).length;
}

test("a PNG has four times the size of its SVG: 384 dots to the inch", async () => {
  const svg = renderFigure(everyLayer, { theme: "light" });
  const [, width, height] = svg.match(/width="(\d+)" height="(\d+)"/)!.map(Number);
  const [header, resolution] = chunks(await renderPng(svg));
  expect(header.type).toBe("IHDR");
  expect([header.data.readUInt32BE(0), header.data.readUInt32BE(4)]).toEqual([4 * width, 4 * height]);
  expect(resolution.type).toBe("pHYs");
  const perMetre = 384 / 0.0254;
  for (const at of [0, 4])
    expect(Math.abs(resolution.data.readUInt32BE(at) - perMetre)).toBeLessThanOrEqual(0.5);
  expect(resolution.data[8]).toBe(1);
});

test("text is drawn with the font that comes along, mathematics included", async () => {
  expect(await inkOf("")).toBe(0);
  for (const character of [..."aμλΣη∇‖√≥≲₁²ᵀ×−⁻∞"]) {
    // U+E000 is private: DejaVu draws its box for a missing glyph there.
    const [glyph, missing] = await Promise.all(
      [character, "\ue000"].map((text) => inkOf(`<text x="5" y="15">${text}</text>`)),
    );
    expect(glyph, character).toBeGreaterThan(0);
    expect(glyph, character).not.toBe(missing);
  }
});
