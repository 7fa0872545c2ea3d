/** How much is tried: what CI has time for, or NOISEGEO_FUZZ times as much (test/fuzz/README.md). */
const times = Number(process.env.NOISEGEO_FUZZ ?? 1);
const seed = Number(process.env.NOISEGEO_FUZZ_SEED ?? 20_231_002);

/** For `fc.assert`: the same cases every time; a failure prints seed and path. */
export function fuzzing(numRuns: number) {
  return { numRuns: Math.ceil(numRuns * times), seed } as const;
}

/** For tests of so many milliseconds. */
export const fuzzTimeout = 240_000 * Math.max(1, times);
