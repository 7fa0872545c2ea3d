import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStream, type RandomStream } from "../../src/random/index.ts";
import { philox4x32 } from "../../src/random/philox.ts";
import { chiSquareScore, correlationScore, kolmogorovSmirnov } from "./statistics.ts";

const start = (stream: RandomStream): number[] => Array.from({ length: 4 }, () => stream.uniform());

describe("seed", () => {
  it("is the Philox key, blocks counted from 0", () => {
    const stream = createStream(0x0123456789abcdefn);
    const out = new Int32Array(4);
    for (let block = 0; block < 3; block++) {
      philox4x32(block, 0, 0, 0, 0x89abcdef, 0x01234567, out);
      for (let pair = 0; pair < 4; pair += 2) {
        const bits = BigInt.asUintN(32, BigInt(out[pair])) >> 5n;
        const lower = BigInt.asUintN(32, BigInt(out[pair + 1])) >> 6n;
        expect(stream.uniform()).toBe(Number((bits << 26n) | lower) / 2 ** 53);
      }
    }
  });

  it("goes on block by block, however many are drawn", () => {
    const stream = createStream(2 ** 40 + 17);
    const block = new Int32Array(4);
    for (let index = 0; index < 1500; index++) {
      philox4x32(index, 0, 0, 0, 17, 2 ** 8, block);
      for (const word of block) expect(stream.integer(2 ** 16)).toBe(word >>> 16);
    }
  });

  it("is the same as a number and as a bigint, and shows in the path", () => {
    expect(start(createStream(7))).toEqual(start(createStream(7n)));
    expect(createStream(7).path).toBe("7");
    expect(createStream(2n ** 64n - 1n).path).toBe("18446744073709551615");
    expect(start(createStream(7))).not.toEqual(start(createStream(8)));
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, Infinity, -1n, 2n ** 64n])("may not be %s", (seed) => {
    expect(() => createStream(seed)).toThrow(RangeError);
  });
});

describe("split", () => {
  const root = () => createStream(5);
  const label = fc.oneof(
    fc.string({ unit: "binary", maxLength: 9 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );

  it("gives the same child for the same labels, whatever was drawn before", () => {
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), fc.nat(20), (labels, drawn) => {
        const parent = root();
        for (let i = 0; i < drawn; i++) parent.gaussian();
        expect(start(parent.split(...labels))).toEqual(start(root().split(...labels)));
      }),
    );
  });

  it("is associative", () => {
    fc.assert(
      fc.property(label, label, (a, b) => {
        const [nested, joint] = [root().split(a).split(b), root().split(a, b)];
        expect(nested.path).toBe(joint.path);
        expect(start(nested)).toEqual(start(joint));
      }),
    );
  });

  it("tells different labels apart", () => {
    fc.assert(
      fc.property(label, label, (a, b) => {
        fc.pre(a !== b);
        expect(start(root().split(a))).not.toEqual(start(root().split(b)));
      }),
    );
    const variants: (readonly (string | number)[])[] = [
      ["a", "b"],
      ["b", "a"],
      ["ab"],
      ["a/b"],
      [1],
      ["1"],
      [1, 1],
      ["a"],
      ["a\0"],
      ["a\0\0\0"],
      [""],
      ["", ""],
      [0],
      ["abcd", "e"],
      ["abcde"],
      [-1],
      [0.5],
      [2 ** 53],
    ];
    const starts = variants.map((labels) => String(start(root().split(...labels))));
    starts.push(String(start(root())));
    expect(new Set(starts).size).toBe(variants.length + 1);
  });

  it("counts 0 and −0 as one label", () => {
    expect(start(root().split(0))).toEqual(start(root().split(-0)));
  });

  it("leaves the parent where it was", () => {
    const [split, whole] = [root(), root()];
    split.uniform();
    whole.uniform();
    split.split("child").uniform();
    expect(split.uniform()).toBe(whole.uniform());
  });

  it("names the way", () => {
    expect(createStream(7).split("linear-alignment", 3).split("inputs").path).toBe(
      "7/linear-alignment/3/inputs",
    );
  });

  it("refuses no label and labels that are not numbers", () => {
    expect(() => root().split()).toThrow(RangeError);
    expect(() => root().split("a", Number.NaN)).toThrow(RangeError);
    expect(() => root().split(Infinity)).toThrow(RangeError);
  });

  it("gives children uncorrelated with each other and with the parent", () => {
    const n = 20_000;
    const streams = [root(), createStream(6), ...Array.from({ length: 14 }, (_, k) => root().split(k))];
    const samples = streams.map((stream) => stream.gaussians(new Float64Array(n)));
    const scores: number[] = [];
    for (let i = 0; i < samples.length; i++) {
      for (let j = 0; j < i; j++) scores.push(correlationScore(samples[i], samples[j]));
    }
    // 120 standard Gaussian scores: the largest stays below 4 with probability 0.99; their mean square is 1 with
    // standard error 0.13.
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4);
    const meanSquare = scores.reduce((sum, score) => sum + score ** 2, 0) / scores.length;
    expect(Math.abs(meanSquare - 1)).toBeLessThan(4 * 0.13);
  });

  it("gives first draws, one from each child, that are uniform", () => {
    const first = Float64Array.from({ length: 50_000 }, (_, k) => root().split("trial", k).uniform());
    expect(kolmogorovSmirnov(first, (x) => x)).toBeLessThan(1.95);
    const centred = first.map((x) => x - 0.5);
    expect(Math.abs(correlationScore(centred.subarray(1), centred.subarray(0, -1)))).toBeLessThan(4);
  });
});

describe("uniform", () => {
  it("lies strictly inside (0,1), follows the law, and uses 53 bits", () => {
    const stream = createStream(11);
    const sample = Float64Array.from({ length: 200_000 }, () => stream.uniform());
    expect(sample.every((x) => x > 0 && x < 1)).toBe(true);
    expect(kolmogorovSmirnov(sample, (x) => x)).toBeLessThan(1.95);
    const lastBits = Array.from(sample, (x) => (x * 2 ** 53) % 2);
    const odd = lastBits.reduce((sum, bit) => sum + bit);
    expect(Math.abs(odd - sample.length / 2)).toBeLessThan(4 * Math.sqrt(sample.length / 4));
  });
});

describe("integer", () => {
  it.each([1, 2, 3, 10, 1000])("below %d is uniform", (bound) => {
    const stream = createStream(12);
    const counts = new Float64Array(bound);
    for (let i = 0; i < 200_000; i++) counts[stream.integer(bound)]++;
    if (bound > 1) expect(Math.abs(chiSquareScore(counts))).toBeLessThan(4);
    expect(counts.reduce((sum, count) => sum + count)).toBe(200_000);
  });

  it.each([3 * 2 ** 30, 2 ** 32, 3 * 2 ** 51, 2 ** 53])("below %d has no bias from the modulus", (bound) => {
    const stream = createStream(13);
    const values = Array.from({ length: 120_000 }, () => stream.integer(bound));
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value < bound)).toBe(true);
    const counts = new Float64Array(12);
    for (const value of values) counts[Math.floor((value / bound) * 12)]++;
    const classes = new Float64Array(3);
    for (const value of values) classes[value % 3]++;
    expect(Math.abs(chiSquareScore(counts))).toBeLessThan(4);
    expect(Math.abs(chiSquareScore(classes))).toBeLessThan(4);
  });

  it.each([0, -1, 1.5, 2 ** 54, Number.NaN])("refuses the bound %d", (bound) => {
    expect(() => createStream(1).integer(bound)).toThrow(RangeError);
  });
});

describe("permutation", () => {
  it("holds every index once", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (n, seed) => {
        const order = createStream(seed).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it("is uniform over all orders of four", () => {
    const stream = createStream(14);
    const counts = new Map<string, number>();
    for (let i = 0; i < 48_000; i++) {
      const key = stream.permutation(4).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(chiSquareScore([...counts.values()]))).toBeLessThan(4);
  });

  it.each([-1, 1.5, 2 ** 31])("refuses the length %d", (n) => {
    expect(() => createStream(1).permutation(n)).toThrow(RangeError);
  });
});
