import { expect, test } from "vitest";
import { pointOf } from "../../src/geometry/point.ts";
import { fromRows } from "../../src/linalg/matrix.ts";
import type { Linearization } from "../../src/models/linearization.ts";

/** A linearization of which only the sizes, the residuals and K are asked for. */
function pointWith(gram: readonly (readonly number[])[], samples = 2): Linearization {
  const none = () => new Float64Array(0);
  return {
    samples,
    outputs: 1,
    parameters: 3,
    residuals: Float64Array.of(1, -1),
    jvp: none,
    vjp: none,
    gram: () => fromRows(gram),
  };
}

test("a linearization whose parts disagree is refused, not measured", async () => {
  const full = [
    [2, 1],
    [1, 3],
  ];
  await expect(pointOf(pointWith(full))).resolves.toMatchObject({ samples: 2, outputs: 1 });
  await expect(pointOf(pointWith(full, 3))).rejects.toThrow(
    /residuals: expected 3 samples × 1 outputs, got length 2/,
  );
  for (const triangle of [
    [
      [2, 0],
      [1, 3],
    ],
    [
      [2, 1],
      [0, 3],
    ],
  ]) {
    await expect(pointOf(pointWith(triangle))).rejects.toThrow(/expected both triangles filled/);
  }
  await expect(
    pointOf(
      pointWith([
        [2, 1],
        [1, -3],
      ]),
    ),
  ).rejects.toThrow(/a diagonal of at least 0/);
});

test("the rounding of float32 passes for a symmetric matrix, and so does a sample without a gradient", async () => {
  const rounded = [
    [2, 1],
    [1 + 2 ** -20, 3],
  ];
  const flat = [
    [0, 0],
    [0, 3],
  ];
  const belowZero = [
    [-1e-9, 1e-9],
    [0, 3],
  ];
  for (const gram of [rounded, flat, belowZero])
    await expect(pointOf(pointWith(gram))).resolves.toBeDefined();
});
