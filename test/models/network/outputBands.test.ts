import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { SlidingWindow } from "../../../src/linalg/vectorMath.ts";
import { outputBands } from "../../../src/models/network/operations/outputBands.ts";
import { placesAlong } from "../../reference/naiveWindows.ts";
import { windows } from "./windows.ts";

describe("outputBands", () => {
  it.each(["whole", "rows"] as const)("hold the patches of the whole output, %s", (form) => {
    fc.assert(
      fc.property(
        windows({ padding: 2 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 200 }),
        ({ sliding, height, width }, channels, numbers) => {
          const stride = form === "rows" ? ([1, sliding.stride[1]] as const) : sliding.stride;
          const at = { ...sliding, stride };
          const window: SlidingWindow = {
            ...at,
            channels,
            height,
            width,
            padding: [sliding.padding[0], sliding.padding[1]],
            outHeight: placesAlong(0, height, at),
            outWidth: placesAlong(1, width, at),
          };
          const positions = window.outHeight * window.outWidth;
          const taps = form === "rows" ? sliding.kernel[0] : 1;
          const rows = (channels * sliding.kernel[0] * sliding.kernel[1]) / taps;
          const image = Float64Array.from({ length: channels * height * width }, (_, k) => k + 1);
          const whole = new Float64Array(taps * rows * positions);
          plainVectorMath.unfold(window, image, whole);

          let next = 0;
          for (const band of outputBands(window, form, numbers)) {
            expect(band.first).toBe(next);
            next += band.positions;
            const patches = new Float64Array(rows * band.columns);
            expect(band.columns).toBe(band.window.outHeight * window.outWidth);
            expect(patches.length <= numbers || band.positions === window.outWidth).toBe(true);
            plainVectorMath.unfold(band.window, image, patches);
            const sizes = band.taps.map((tap) => tap.positions);
            expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
            for (let row = 0; row < taps * rows; row++) {
              // rows of the whole matrix run over channels, then the kernel's rows, then its columns
              const x = row % sliding.kernel[1];
              const index = taps === 1 ? 0 : Math.floor(row / sliding.kernel[1]) % sliding.kernel[0];
              const channel = Math.floor(row / (sliding.kernel[0] * sliding.kernel[1]));
              const own = taps === 1 ? row : channel * sliding.kernel[1] + x;
              const seen = new Float64Array(band.positions);
              const tap = band.taps.find((one) => one.index === index);
              if (tap) {
                const start = own * band.columns + tap.column;
                seen.set(patches.subarray(start, start + tap.positions), tap.first - band.first);
              }
              expect(seen).toEqual(whole.subarray(row * positions + band.first, row * positions + next));
            }
          }
          expect(next).toBe(positions);
        },
      ),
      { numRuns: 100 },
    );
  });
});
