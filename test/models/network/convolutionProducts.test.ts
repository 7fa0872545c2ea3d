import fc from "fast-check";
import { describe, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { SlidingWindow } from "../../../src/linalg/vectorMath.ts";
import { patchProducts } from "../../../src/models/network/operations/patchProducts.ts";
import { sheetProducts } from "../../../src/models/network/operations/sheetProducts.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { placesAlong } from "../../reference/naiveWindows.ts";
import { expectClose } from "../laws.ts";
import { windows } from "./windows.ts";

const small = (min: number, max: number) => fc.integer({ min, max });

/** The same convolution in two ways: every product gives the same numbers. */
describe("products of a convolution", () => {
  it.each(["rows of the kernel", "sheets of images"])("by %s are those by whole patches", (way) => {
    fc.assert(
      fc.property(
        windows({ padding: 2 }),
        fc.record({ groups: small(1, 2), channels: small(1, 2), filters: small(1, 3) }),
        small(1, 30),
        fc.constantFrom(0 as const, 1 as const),
        fc.nat(),
        ({ sliding, height, width }, each, count, beta, seed) => {
          const stride = way === "rows of the kernel" ? ([1, sliding.stride[1]] as const) : sliding.stride;
          const at = { ...sliding, stride };
          const channels = each.groups * each.channels;
          const filters = each.groups * each.filters;
          const window: SlidingWindow = {
            ...at,
            channels,
            height,
            width,
            padding: [sliding.padding[0], sliding.padding[1]],
            outHeight: placesAlong(0, height, at),
            outWidth: placesAlong(1, width, at),
          };
          const context = {
            kernels: naiveKernels,
            math: plainVectorMath,
            precision: "float64" as const,
            capacity: count,
          };
          const [expected, actual] = [
            patchProducts(window, each.groups, filters, "whole", context),
            way === "rows of the kernel"
              ? patchProducts(window, each.groups, filters, "rows", context)
              : sheetProducts(window, each.groups, filters, context),
          ];
          const stream = createStream(seed);
          const draw = (length: number) => stream.gaussians(new Float64Array(length));
          const x = draw(count * channels * height * width);
          const y = draw(count * filters * window.outHeight * window.outWidth);
          const weight = draw(filters * each.channels * sliding.kernel[0] * sliding.kernel[1]);
          const both = (
            start: Float64Array,
            apply: (products: typeof expected, to: Float64Array) => void,
          ) => {
            const [one, other] = [start.slice(), start.slice()];
            apply(expected, one);
            apply(actual, other);
            const reach = Math.max(...one.map(Math.abs), 1);
            for (const [k, value] of one.entries())
              expectClose(other[k], value, 1e-13 * reach, `${way}, ${k}`);
          };
          both(y, (products, to) => products.correlate(count, weight, x, beta, to));
          both(x, (products, to) => products.pull(count, weight, y, beta, to));
          both(weight, (products, to) => products.outer(count, -0.5, y, x, to));
        },
      ),
      { numRuns: 60 },
    );
  });
});
