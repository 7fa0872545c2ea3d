/** All `VectorMath`s against the plain loops, wherever the arrays lie. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openVectorMath } from "../../src/linalg/kernels/openVectorMath.ts";
import type { FloatArray } from "../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../src/linalg/plainVectorMath.ts";
import type { SlidingWindow, VectorMath } from "../../src/linalg/vectorMath.ts";
import { leakyReLU, relu, tanh } from "../../src/models/activations.ts";
import { seededUniform } from "../reference/dense.ts";
import { arena, places, precisions } from "./vectorPlaces.ts";

const roundoff = { float32: 2 ** -24, float64: 2 ** -53 };
const seed = fc.integer({ min: 1, max: 2 ** 31 });
/** Of the operands: none aligned to more than an element. */
const offsets = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 4, maxLength: 4 });
const lengths = fc.integer({ min: 0, max: 70 });
/** Float32 squares of these neither overflow nor underflow. */
const scales = fc.constantFrom(1e-15, 1, 1e15);

function random(length: number, seed: number, scale = 1): Float32Array {
  // Float32 values, so that both precisions start from the same numbers.
  return Float32Array.from({ length }, () => 0)
    .map(seededUniform(seed))
    .map((value) => scale * value);
}

/** What `call` leaves in the last operand, computed by the plain loops in float64. */
function exactly(values: readonly ArrayLike<number>[], call: (math: VectorMath, a: FloatArray[]) => void) {
  const copies = values.map((operand) => Float64Array.from(operand));
  call(plainVectorMath, copies);
  return copies.at(-1)!;
}

function expectWithin(computed: FloatArray, exact: ArrayLike<number>, bound: (k: number) => number): void {
  expect(computed.length).toBe(exact.length);
  // Written so that NaN fails.
  for (let k = 0; k < computed.length; k++) {
    if (!(Math.abs(computed[k] - exact[k]) <= bound(k))) {
      expect.fail(`element ${k}: ${computed[k]}, exactly ${exact[k]}, allowed ${bound(k)}`);
    }
  }
}

describe.each(places)("$title", (place) => {
  const { math } = place;
  describe.each(precisions)("%s", (precision) => {
    const u = roundoff[precision];
    const { lay, finish } = arena(place, precision);
    const layPlaces = (length: number, offset: number) => {
      const { buffer, byteOffset } = lay(new Float32Array(length), offset);
      return new Int32Array(buffer, byteOffset, length);
    };

    test("axpy, multiply and multiplyAdd round each operation once", () => {
      fc.assert(
        fc.property(lengths, offsets, seed, scales, (n, [i, j, k], seed, scale) => {
          const alpha = 0.7310585786300049;
          const [x, y, z] = [random(n, seed, scale), random(n, seed + 1, scale), random(n, seed + 2, scale)];
          const sum = lay(y, j);
          math.axpy(alpha, lay(x, i), sum);
          const exactSum = exactly([x, y], (m, [x, y]) => m.axpy(alpha, x, y));
          expectWithin(sum, exactSum, (k) => 3 * u * (Math.abs(alpha * x[k]) + Math.abs(y[k])));

          const product = lay(z, k);
          math.multiply(lay(x, i), lay(y, j), product);
          // The exact product of float32 numbers is a float64 one.
          const exactProduct = exactly([x, y, z], (m, [x, y, z]) => m.multiply(x, y, z));
          expectWithin(product, exactProduct, (k) => u * Math.abs(exactProduct[k]));

          const added = lay(z, k);
          math.multiplyAdd(alpha, lay(x, i), lay(y, j), added);
          const exact = exactly([x, y, z], (m, [x, y, z]) => m.multiplyAdd(alpha, x, y, z));
          expectWithin(added, exact, (k) => 4 * u * (Math.abs(alpha * x[k] * y[k]) + Math.abs(z[k])));
          finish();
        }),
      );
    });

    test("inputs may be the output", () => {
      const x = random(37, 5);
      const a = lay(x, 3);
      math.multiply(a, a, a);
      expectWithin(
        a,
        exactly([x], (m, [x]) => m.multiply(x, x, x)),
        (k) => u * x[k] ** 2,
      );
      const b = lay(x, 1);
      math.map(leakyReLU(0.5), b, b);
      expectWithin(b, x.map(leakyReLU(0.5).value), () => 0);
      const t = lay(x, 2);
      math.mapDerivative(leakyReLU(0.5), lay(x, 0), t, t);
      expectWithin(
        t,
        x.map((z) => leakyReLU(0.5).derivative(z) * z),
        () => 0,
      );
      finish();
    });

    test("addToRows and addToColumns add each element once", () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 5 }),
          fc.integer({ min: 1, max: 21 }),
          fc.integer({ min: 1, max: 4 }),
          offsets,
          seed,
          (samples, columns, channels, [i, j], seed) => {
            const [row, a] = [random(columns, seed), random(samples * columns, seed + 1)];
            const rows = lay(a, j);
            math.addToRows(lay(row, i), rows);
            const exactRows = exactly([row, a], (m, [v, a]) => m.addToRows(v, a));
            expectWithin(rows, exactRows, (k) => u * Math.abs(exactRows[k]));

            const [v, images] = [random(channels, seed + 2), random(samples * channels * columns, seed + 3)];
            const shifted = lay(images, j);
            math.addToColumns(columns, lay(v, i), shifted);
            const exactImages = exactly([v, images], (m, [v, a]) => m.addToColumns(columns, v, a));
            expectWithin(shifted, exactImages, (k) => u * Math.abs(exactImages[k]));
            finish();
          },
        ),
      );
    });

    test("addWeightedBlocks multiplies and adds in float64, and with beta = 0 does not read the sums", () => {
      const { lay: layWide } = arena(place, "float64");
      const few = fc.integer({ min: 1, max: 4 });
      const shapes = fc.record({ rows: few, columns: fc.integer({ min: 1, max: 9 }), size: few });
      const numbers = fc.record({ shift: fc.constantFrom(0, 1, 2), beta: fc.constantFrom(0, 1), seed });
      fc.assert(
        fc.property(shapes, numbers, offsets, ({ rows, columns, size }, { shift, beta, seed }, at) => {
          const [weights, values] = [rows * columns, rows * columns * size ** 2].map((n) =>
            random(n, seed + n),
          );
          const start = random(values.length, seed + 1).map((x) => (beta === 0 ? Number.NaN : x));
          const sums = layWide(start, at[2]) as Float64Array;
          const [w, v] = [lay(weights, at[0]), lay(values, at[1])];
          math.addWeightedBlocks(size, columns, shift, w, v, beta as 0 | 1, sums);
          for (const [k, sum] of sums.entries()) {
            const [i, j] = [Math.floor(k / (columns * size)), k % (columns * size)];
            const weight = weights[Math.floor(i / size) * columns + Math.floor(j / size)] + shift;
            expect(sum).toBe((beta === 0 ? 0 : start[k]) + weight * values[k]);
          }
          finish();
        }),
      );
    });

    test("sumRows and sumColumns sum in float64", () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 9 }),
          fc.integer({ min: 1, max: 70 }),
          fc.integer({ min: 1, max: 4 }),
          offsets,
          seed,
          (samples, columns, channels, [i, j], seed) => {
            const alpha = -1 / 3;
            const [a, row] = [random(samples * columns, seed), random(columns, seed + 1)];
            const perColumn = lay(row, j);
            math.sumRows(alpha, lay(a, i), perColumn);
            const exactColumns = exactly([a, row], (m, [a, out]) => m.sumRows(alpha, a, out));
            // Of numbers below 1; the float64 sum first, then the sum with out is rounded to the array's precision.
            const bound = (terms: number, exact: number) =>
              (terms + 3) * terms * roundoff.float64 + 2 * u * Math.abs(exact);
            expectWithin(perColumn, exactColumns, (k) => bound(samples + 1, exactColumns[k]));

            const [images, v] = [random(samples * channels * columns, seed + 2), random(channels, seed + 3)];
            const perChannel = lay(v, j);
            math.sumColumns(columns, alpha, lay(images, i), perChannel);
            const exactChannels = exactly([images, v], (m, [a, out]) => m.sumColumns(columns, alpha, a, out));
            expectWithin(perChannel, exactChannels, (k) => bound(samples * columns + 1, exactChannels[k]));
            finish();
          },
        ),
      );
    });

    test("moveChannels rounds each operation once, sumProducts sums in float64", () => {
      fc.assert(
        fc.property(
          fc.record({
            samples: fc.integer({ min: 0, max: 4 }),
            columns: fc.integer({ min: 1, max: 37 }),
            channels: fc.integer({ min: 1, max: 4 }),
            beta: fc.constantFrom(0 as const, 1 as const),
          }),
          offsets,
          seed,
          scales,
          ({ samples, columns, channels, beta }, [i, j, k, l], seed, size) => {
            const length = samples * channels * columns;
            const draw = (label: number, length: number) => random(length, seed + label, size);
            const [x, y] = [draw(0, length), draw(1, length)];
            const [centre, scale, shift] = [draw(2, channels), random(channels, seed + 3), draw(4, channels)];
            const at = (row: number) => Math.floor(row / columns) % channels;

            const moved = lay(y, j);
            const move = { centre: lay(centre, k), scale: lay(scale, l), shift: lay(shift, i) };
            math.moveChannels(columns, move, lay(x, i), beta, moved);
            const exactMoved = exactly([centre, scale, shift, x, y], (m, [centre, scale, shift, x, y]) =>
              m.moveChannels(columns, { centre, scale, shift }, x, beta, y),
            );
            expectWithin(moved, exactMoved, (r) => {
              const c = at(r);
              const terms = Math.abs(scale[c]) * (Math.abs(x[r]) + Math.abs(centre[c])) + Math.abs(shift[c]);
              return 4 * u * (terms + beta * Math.abs(y[r]));
            });

            const old = random(channels, seed + 5);
            const sums = lay(old, k);
            math.sumProducts(columns, -1 / 3, lay(y, j), lay(x, i), lay(centre, l), sums);
            const exactSums = exactly([y, x, centre, old], (m, [y, x, centre, out]) =>
              m.sumProducts(columns, -1 / 3, y, x, centre, out),
            );
            const terms = samples * columns + 1;
            const largest = 2 * size * size + 1;
            const bound = (terms + 3) * terms * roundoff.float64 * largest;
            expectWithin(sums, exactSums, (c) => bound + 2 * u * Math.abs(exactSums[c]));
            finish();
          },
        ),
      );
    });

    test("float64 sums keep what float32 ones would lose", () => {
      const values = Float32Array.from({ length: 4001 }, (_, k) => (k === 0 ? 1 : 2 ** -24));
      const total = 1 + 4000 * 2 ** -24;
      const [rows, columns] = [lay([0], 1), lay([0], 2)];
      math.sumRows(1, lay(values, 0), rows);
      math.sumColumns(values.length, 1, lay(values, 0), columns);
      expectWithin(rows, [total], () => u * total);
      expectWithin(columns, [total], () => u * total);
      finish();
    });

    test("unfold copies and fold adds as the plain loops do, to the bit", () => {
      fc.assert(
        fc.property(windows, offsets, seed, (window, [i, j, k], seed) => {
          const pixels = window.channels * window.height * window.width;
          const patches =
            window.channels * window.kernel[0] * window.kernel[1] * window.outHeight * window.outWidth;
          const [image, old] = [random(pixels, seed), random(patches, seed + 1)];
          const columns = lay(old, j);
          math.unfold(window, lay(image, i), columns);
          const expected = new (columns.constructor as Float32ArrayConstructor)(patches);
          plainVectorMath.unfold(window, image, expected);
          expect(columns).toEqual(expected);

          const target = lay(image, k);
          math.fold(window, lay(old, j), target);
          const sum = target.slice();
          sum.set(image);
          plainVectorMath.fold(window, old, sum);
          expect(target).toEqual(sum);
          finish();
        }),
        { numRuns: 150 },
      );
    });

    test("findMaxima finds what the plain loops find: equals, NaN, windows inside the image and over its edges", () => {
      fc.assert(
        fc.property(pooling, offsets, seed, fc.boolean(), (window, [i, j], seed, ties) => {
          const pixels = window.channels * window.height * window.width;
          const values = random(pixels, seed, ties ? 3 : 1).map((x) => (ties ? Math.floor(x) : x));
          if (pixels > 0 && seed % 3 === 0) values[seed % pixels] = Number.NaN;
          const images = lay(values, i);
          const found = window.channels * window.outHeight * window.outWidth;
          const [places, plain] = [layPlaces(found, j), new Int32Array(found)];
          math.findMaxima(window, images, places);
          plainVectorMath.findMaxima(window, values, plain);
          expect([...places]).toEqual([...plain]);
          finish();
        }),
        { numRuns: 200 },
      );
    });

    test("gather and scatter move what the plain loops move, to places that may be equal", () => {
      fc.assert(
        fc.property(lengths, lengths, offsets, seed, (n, length, [i, j, k], seed) => {
          const some = length === 0 ? 0 : n;
          const indices = Array.from(random(some, seed), (x) => Math.floor(((x + 1) / 2) * length) % length);
          const places = layPlaces(some, j);
          places.set(indices);
          const [values, old] = [random(length, seed + 1), random(some, seed + 2)];

          const found = lay(old, k);
          math.gather(lay(values, i), places, found);
          expect([...found]).toEqual(indices.map((place) => values[place]));

          const spread = lay(values, k);
          math.scatter(lay(old, i), places, spread);
          const expected = spread.slice().fill(0);
          for (const [at, place] of indices.entries()) expected[place] += old[at];
          expect(spread).toEqual(expected);
          finish();
        }),
        { numRuns: 150 },
      );
    });

    test("what a fast implementation does not know takes the plain path", () => {
      const square = { kind: "square", value: (z: number) => z * z, derivative: (z: number) => 2 * z };
      const f = { ...square, secondDerivative: () => 2 };
      const x = lay([1, 2, -3], 1);
      const out = lay([0, 0, 0], 2);
      math.map(f, x, out);
      expect([...out]).toEqual([1, 4, 9]);
      const slopes = lay([0, 0, 0], 0);
      math.mapWithSlopes(f, x, out, slopes);
      expect([...out, ...slopes]).toEqual([1, 4, 9, 2, 4, -6]);
      math.mapDerivative(f, x, out, out);
      expect([...out]).toEqual([2, 16, -54]);
      math.mapSecondDerivative(f, x, x, x, out);
      expect([...out]).toEqual([4, 24, -36]);
      finish();
    });

    test("arrays of different places and precisions mix", () => {
      const other = new Float64Array([1, 2, 3]);
      const x = lay([4, 5, 6], 0);
      math.axpy(2, other, x);
      expect([...x]).toEqual([6, 9, 12]);
      math.multiply(x, other, other);
      expect([...other]).toEqual([6, 18, 36]);
      math.map(relu, lay([-1, 0, 2], 1), other);
      expect([...other]).toEqual([0, 0, 2]);
      finish();
    });
  });
});

/** Windows that reach over the edges on every side, leave out rows, or see padding only. */
const windows: fc.Arbitrary<SlidingWindow> = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 20 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.tuple(fc.integer({ min: -3, max: 5 }), fc.integer({ min: -3, max: 5 })),
    extra: fc.tuple(fc.integer({ min: -1, max: 4 }), fc.integer({ min: -1, max: 4 })),
    same: fc.boolean(),
  })
  .map(({ extra, same, ...window }) => {
    const size = [window.height, window.width];
    // Where the stride is 1, as wide as the image in half of the cases; else what fits, or a little more or less.
    const [outHeight, outWidth] = [0, 1].map((axis) => {
      const reach = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
      const fits = Math.floor((size[axis] + 2 * window.padding[axis] - reach) / window.stride[axis]) + 1;
      return same && window.stride[axis] === 1 ? size[axis] : Math.max(0, fits + extra[axis]);
    });
    return { ...window, outHeight, outWidth };
  });

/** Windows that each hold a pixel, inside the image in half of the cases. */
const pooling: fc.Arbitrary<SlidingWindow> = windows.map(({ padding, ...window }) => {
  const size = [window.height, window.width];
  const inside = padding[0] < 2;
  const along = [0, 1].map((axis) => {
    const { kernel, stride, dilation } = window;
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const border = inside ? 0 : Math.min(Math.max(padding[axis], 0), reach - 1, dilation[axis] - 1);
    // the last window begins in the image, or ends there
    const room = size[axis] - (inside ? reach : 1) + border;
    return { border, outputs: room < 0 ? 0 : Math.floor(room / stride[axis]) + 1 };
  });
  return {
    ...window,
    padding: [along[0].border, along[1].border],
    outHeight: along[0].outputs,
    outWidth: along[1].outputs,
  };
});

test("openVectorMath opens one for everyday use", async () => {
  const math = await openVectorMath();
  expect(math.description).toMatch(/WebAssembly/);
  const x = math.allocate("float32", 5).fill(0.5);
  math.map(tanh, x, x);
  for (const value of x) expect(value).toBe(Math.fround(Math.tanh(0.5)));
});
