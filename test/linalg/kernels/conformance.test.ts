/** One suite for all implementations of `Kernels`. */
import { afterAll, describe, expect, test } from "vitest";
import { eigenSuite } from "./conformanceEigen.ts";
import { productSuite } from "./conformanceProducts.ts";
import { sharingSuite } from "./conformanceSharing.ts";
import { everyKind } from "./everyKind.ts";

for (const { title, kernels } of await everyKind()) {
  describe(title, () => {
    afterAll(() => kernels.close());

    test("says what it is", () => {
      expect(kernels.name).toBe(title.split(",")[0]);
      expect(kernels.description).toMatch(/\w/);
      expect(kernels.threads).toBeGreaterThanOrEqual(1);
      expect(kernels.threads).toBeLessThanOrEqual(Number(title.match(/\d/)));
    });

    describe("float32", () => productSuite(kernels, Float32Array));
    describe("float64", () => productSuite(kernels, Float64Array));
    describe("symmetric eigenproblems", () => eigenSuite(kernels));
    describe("works shared out", () => sharingSuite(kernels));
  });
}
