import { expect, test } from "vitest";
import { tilesWithin } from "../../src/cli/memoryPlan.ts";

/** A Jacobian in a file, of fewer parameters than rows: its moments are p×p. */
const point = (samples: number, parameters: number) =>
  ({ samples, outputs: 1, parameters, blocks: () => [] }) as never;
const mebibyte = 2 ** 20;

test("p×p moments alone need no K; the certificate forms it, and stability holds J", () => {
  const limit = 256 * mebibyte;
  expect(tilesWithin(limit, point(16_000, 20), {})).toBeUndefined();
  expect(() => tilesWithin(limit, point(16_000, 20), { certificate: true })).toThrow(
    /^--memory: expected at least 1\d\.?\d*G with --certificate, which needs all of K, got 256M/,
  );
  expect(tilesWithin(16 * 1024 * mebibyte, point(16_000, 20), { certificate: true })).toBeUndefined();
  // beyond its limit the certificate is undefined, and K never formed
  expect(tilesWithin(limit, point(17_000, 20), { certificate: true })).toBeUndefined();
  expect(tilesWithin(limit, point(100_000, 500), {})).toBeUndefined();
  expect(() => tilesWithin(limit, point(100_000, 500), { stability: true })).toThrow(
    /with --stability, which needs all of J, got 256M/,
  );
});
