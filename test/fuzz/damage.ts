/** Files made worse, by edits that know where numbers and lengths tend to lie. */
import fc from "fast-check";

type Edit = (file: Uint8Array) => Uint8Array;

/** What lengths, offsets and counts are easily wrong by. */
const numbers = [
  0n,
  1n,
  -1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

/** `file` after one to six edits; parts of the `others` may get into it. */
export function damaged(file: Uint8Array, others: readonly Uint8Array[] = []): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(Math.max(file.length - 1, 0));
  const length = fc.oneof(fc.nat(8), fc.nat(64), place);
  const flip = fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
    ([at, mask]): Edit =>
      (bytes) => {
        const copy = bytes.slice();
        if (at < copy.length) copy[at] ^= mask;
        return copy;
      },
  );
  const number = fc
    .record({
      at: place,
      width: fc.constantFrom(1, 2, 4, 8),
      value: fc.oneof(fc.constantFrom(...numbers), fc.bigInt({ min: 0n, max: BigInt(4 * file.length) })),
      little: fc.boolean(),
    })
    .map(
      ({ at, width, value, little }): Edit =>
        (bytes) => {
          const written = new DataView(new ArrayBuffer(8));
          written.setBigInt64(0, BigInt.asIntN(64, value), little);
          const part = new Uint8Array(written.buffer, little ? 0 : 8 - width, width);
          const copy = bytes.slice();
          if (at + width <= copy.length) copy.set(part, at);
          return copy;
        },
    );
  const cut = place.map(
    (end): Edit =>
      (bytes) =>
        bytes.slice(0, end),
  );
  const removed = fc.tuple(place, length).map(
    ([at, count]): Edit =>
      (bytes) =>
        splice(bytes, at, count, new Uint8Array()),
  );
  const repeated = fc.tuple(place, length, place).map(
    ([from, count, to]): Edit =>
      (bytes) =>
        splice(bytes, to, 0, bytes.slice(from, from + count)),
  );
  const inserted = fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(
    ([at, bytes]): Edit =>
      (whole) =>
        splice(whole, at, 0, bytes),
  );
  const foreign = fc.tuple(place, length, fc.nat(1 << 16), fc.nat(Math.max(others.length - 1, 0))).map(
    ([at, count, from, which]): Edit =>
      (bytes) => {
        const other = others[which] ?? file;
        const start = from % other.length;
        return splice(bytes, at, count, other.subarray(start, start + count));
      },
  );
  const edit = fc.oneof(
    { weight: 4, arbitrary: flip },
    { weight: 4, arbitrary: number },
    { weight: 1, arbitrary: cut },
    { weight: 2, arbitrary: removed },
    { weight: 2, arbitrary: repeated },
    { weight: 1, arbitrary: inserted },
    { weight: 2, arbitrary: foreign },
  );
  return fc
    .array(edit, { minLength: 1, maxLength: 6 })
    .map((edits) => edits.reduce((bytes, change) => change(bytes), file));
}

function splice(bytes: Uint8Array, at: number, count: number, inserted: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes.subarray(0, at), ...inserted, ...bytes.subarray(at + count));
}
