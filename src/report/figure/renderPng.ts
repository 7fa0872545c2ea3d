import { createRequire } from "node:module";
import { renderAsync } from "@resvg/resvg-js";
import { withResolution } from "./pngResolution.ts";

const SCALE = 4;
const DOTS_PER_INCH = SCALE * 96;
const FAMILY = "DejaVu Sans";

/**
 * Draws an SVG of `renderFigure` (theme "light" or "dark") to PNG bytes at four times its size, 384 dots to the inch. Text is set in
 * DejaVu Sans from the package `dejavu-fonts-ttf`: the same picture on every machine, with or without fonts
 * of its own.
 */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  const files = [
    require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ];
  const image = await renderAsync(svg, {
    fitTo: { mode: "zoom", value: SCALE },
    font: { loadSystemFonts: false, fontFiles: files, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
  });
  return withResolution(image.asPng(), DOTS_PER_INCH);
}
