import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf } from "../../src/models/normalDistribution.ts";
import { createStream } from "../../src/random/index.ts";
import {
  edges,
  heights,
  layerArea,
  layers,
  surelyUnder,
  tail,
  tailStart,
} from "../../src/random/ziggurat.ts";
import { andersonDarling, correlationScore, kolmogorovSmirnov } from "./statistics.ts";

describe("ziggurat", () => {
  it("closes: layers of equal area from the tail up to the top of the density", () => {
    for (let i = 1; i < layers; i++) {
      expect(edges[i] * (heights[i + 1] - heights[i])).toBeCloseTo(layerArea, 14);
    }
    const belowTail = Math.sqrt(2 * Math.PI) * normalCdf(-tailStart);
    expect(tailStart * heights[1] + belowTail).toBeCloseTo(layerArea, 16);
    expect(edges[0] * heights[1]).toBeCloseTo(layerArea, 16);
    expect(heights[layers]).toBe(1);
  });

  it("takes a draw without a second look only under the curve", () => {
    for (let i = 0; i < layers; i++)
      expect(surelyUnder[i] * 2 ** -53 * edges[i]).toBeLessThanOrEqual(edges[i + 1]);
  });
});

describe("Gaussians", () => {
  const n = 2_000_000;
  const sample = createStream(20231).gaussians(new Float64Array(n));

  it.each([
    // power, moment, variance of x^power
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
    [5, 0, 945],
    [6, 15, 10170],
  ])("have moment %d within four standard errors", (power, moment, variance) => {
    let sum = 0;
    for (const x of sample) sum += x ** power;
    expect(Math.abs(sum / n - moment)).toBeLessThan(4 * Math.sqrt(variance / n));
  });

  it.each([0.5, 1, 2, 3, 3.5, 3.7, 4, 4.5])("exceed ±%dσ as often as they should", (level) => {
    const probability = normalCdf(-level);
    let [above, below] = [0, 0];
    for (const x of sample) {
      if (x > level) above++;
      if (x < -level) below++;
    }
    const bound = 4 * Math.sqrt(n * probability * (1 - probability));
    expect(Math.abs(above - n * probability)).toBeLessThan(bound);
    expect(Math.abs(below - n * probability)).toBeLessThan(bound);
  });

  it("follow Φ by Kolmogorov–Smirnov and Anderson–Darling at the 0.1 % level", () => {
    for (let part = 0; part < 4; part++) {
      const chunk = sample.subarray(part * 100_000, (part + 1) * 100_000);
      expect(kolmogorovSmirnov(chunk, normalCdf)).toBeLessThan(1.95);
      expect(andersonDarling(chunk, normalCdf)).toBeLessThan(6);
    }
  });

  it("follow the conditional law beyond the ziggurat's last layer", () => {
    const conditional = (x: number) => 1 - normalCdf(-x) / normalCdf(-tailStart);
    const beyond = sample.filter((x) => x > tailStart);
    expect(beyond.length).toBeGreaterThan(200);
    expect(kolmogorovSmirnov(beyond, conditional)).toBeLessThan(1.95);
    const stream = createStream(4);
    const drawn = Float64Array.from({ length: 100_000 }, () => tail(() => stream.uniform()));
    expect(kolmogorovSmirnov(drawn, conditional)).toBeLessThan(1.95);
  });

  it("are uncorrelated at small lags, squares too", () => {
    const squares = sample.map((x) => x * x - 1);
    for (let lag = 1; lag <= 8; lag++) {
      const later = sample.subarray(lag);
      const earlier = sample.subarray(0, n - lag);
      expect(Math.abs(correlationScore(earlier, later))).toBeLessThan(4);
      expect(Math.abs(correlationScore(squares.subarray(0, n - lag), squares.subarray(lag)))).toBeLessThan(4);
    }
  });

  it("come in bulk as they come one by one, scaled", () => {
    const single = createStream(3);
    const bulk = createStream(3);
    const out = bulk.gaussians(new Float64Array(5000), 2.5);
    expect(out).toEqual(Float64Array.from(out, () => 2.5 * single.gaussian()));
    expect(bulk.uniform()).toBe(single.uniform());
  });

  it("come so too in pieces of any length, from streams in turn, after odd numbers of words", () => {
    const piece = fc.record({
      stream: fc.nat(2),
      length: fc.oneof(fc.nat(40), fc.constantFrom(0, 1, 511, 512, 513, 1200)),
      words: fc.nat(3),
      scale: fc.constantFrom(1, 0, -3, 0.1, 1e300, 1e-310),
    });
    fc.assert(
      fc.property(fc.nat(), fc.array(piece, { minLength: 1, maxLength: 12 }), (seed, pieces) => {
        const streams = () => [0, 1, 2].map((k) => createStream(seed).split(k));
        const [single, bulk] = [streams(), streams()];
        for (const { stream, length, words, scale } of pieces) {
          const found = bulk[stream].gaussians(new Float64Array(length), scale);
          expect(found).toEqual(Float64Array.from(found, () => scale * single[stream].gaussian()));
          // one word each
          for (let k = 0; k < words; k++) expect(bulk[stream].integer(8)).toBe(single[stream].integer(8));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("are these, whatever draws them: rows of results belong to seeds", () => {
    const draws = createStream(20231).split("golden").gaussians(new Float64Array(100_000));
    const sums = [0, 0];
    for (let i = 0; i < draws.length; i++) {
      sums[0] += draws[i];
      sums[1] += draws[i] * ((i % 97) - 48);
    }
    expect([...draws.subarray(99_998), ...sums]).toEqual([
      -1.0698454272241056, -0.9683120422200213, -207.52077024315528, -17510.311333332204,
    ]);
  });
});
