import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchoredSpace } from "../../src/dynamics/anchoredSpace.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { seededUniform } from "../reference/dense.ts";
import { jacobiEigen } from "../reference/explicitDynamics.ts";
import { dot } from "../reference/explicitGeometry.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const problems = fc.record({ size: fc.integer({ min: 1, max: 9 }), seed: fc.nat(2 ** 31 - 1) });
const norm = (v: Float64Array) => Math.hypot(...v);
const scaled = (v: Float64Array, factor: number) => v.map((entry) => factor * entry);

/** A symmetric matrix with its largest eigenvalue and vector. */
function randomProblem(size: number, seed: number) {
  const next = seededUniform(seed);
  const draws = Array.from({ length: size }, () => Array.from({ length: size }, next));
  const matrix = draws.map((row, i) => row.map((entry, j) => entry + draws[j][i] + (i === j ? 4 : 0)));
  const { values, vectors } = jacobiEigen(matrix);
  const largest = Math.max(...values);
  const apply = (v: Float64Array) => Float64Array.from(matrix, (row) => dot(row, v));
  return { next, apply, largest, leader: Float64Array.from(vectors[values.indexOf(largest)]) };
}

test("in the whole Krylov space the pair is the largest eigenpair", async () => {
  fc.assert(
    fc.property(problems, ({ size, seed }) => {
      const { next, apply, largest } = randomProblem(size, seed);
      const start = Float64Array.from({ length: size }, next);
      const anchor = scaled(start, 1 / norm(start));
      const space = anchoredSpace(anchor, apply(anchor), kernels);
      expect(space.leading().correction).toBe(0);
      while (!space.full) {
        const direction = space.orthogonal(space.leading().rest);
        if (!direction) break;
        space.extend(direction, apply(direction));
      }
      const { value, image, rest, correction } = space.leading();
      expect(Math.abs(value / largest - 1)).toBeLessThan(1e-12);
      expect(Math.abs(norm(image) - value)).toBeLessThan(1e-12);
      expect(norm(rest)).toBeLessThan(1e-7);
      const along = dot(
        image.map((entry, i) => entry - rest[i]),
        anchor,
      );
      expect(Math.abs((along / value) ** 2 + correction ** 2 - 1)).toBeLessThan(1e-12);
    }),
    { numRuns: 100 },
  );
});

test("from an anchor close by, wrong images cost as much as they correct times what they are off by", async () => {
  fc.assert(
    fc.property(problems, ({ size, seed }) => {
      fc.pre(size > 1);
      const { next, apply, leader } = randomProblem(size, seed);
      const near = leader.map((entry) => entry + 1e-5 * next());
      const anchor = scaled(near, 1 / norm(near));
      const error = 1e-6;
      const space = anchoredSpace(anchor, apply(anchor), kernels);
      for (let steps = 0; steps < 12 && !space.full; steps++) {
        const direction = space.orthogonal(space.leading().rest);
        if (!direction) break;
        const image = apply(direction);
        const off = Float64Array.from({ length: size }, next);
        const factor = (error * norm(image)) / norm(off);
        space.extend(
          direction,
          image.map((entry, i) => entry + factor * off[i]),
        );
      }
      const { value, image, rest, correction } = space.leading();
      const vector = scaled(
        image.map((entry, i) => entry - rest[i]),
        1 / value,
      );
      const truth = norm(apply(vector).map((entry, i) => entry - value * vector[i]));
      expect(truth).toBeLessThanOrEqual(norm(rest) + 2 * size * error * correction * value + 1e-14 * value);
    }),
    { numRuns: 100 },
  );
});
