/** The bytes of a pickle, one argument of an instruction after the other. */
import { damagedPickle } from "./pickleValues.ts";

export interface PickleReader {
  /** Of the next byte. */
  position(): number;
  uint8(): number;
  uint16(): number;
  int32(): number;
  uint32(): number;
  /** A length of 8 bytes. */
  uint64(): number;
  float64(): number;
  /** A two's complement integer of `length` bytes; undefined where no number holds it exactly. */
  integer(length: number): number | undefined;
  text(length: number): string;
  /** Up to the next newline, which is skipped. */
  line(): string;
  skip(length: number): void;
}

/** Every call throws an InputError that begins with `file` where the bytes end before, or are not text. */
export function pickleReader(bytes: Uint8Array, file: string): PickleReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let position = 0;

  /** Where the next `length` bytes begin; moves behind them. */
  function advance(length: number): number {
    if (length > bytes.length - position) throw damagedPickle(file, "its pickle ends within an instruction");
    position += length;
    return position - length;
  }

  function text(length: number): string {
    const start = advance(length);
    try {
      return decoder.decode(bytes.subarray(start, start + length));
    } catch {
      throw damagedPickle(file, `byte ${start} of its pickle begins no UTF-8 text`);
    }
  }

  return {
    position: () => position,
    uint8: () => bytes[advance(1)],
    uint16: () => view.getUint16(advance(2), true),
    int32: () => view.getInt32(advance(4), true),
    uint32: () => view.getUint32(advance(4), true),
    uint64: () => Number(view.getBigUint64(advance(8), true)),
    float64: () => view.getFloat64(advance(8), false),
    integer(length) {
      const start = advance(length);
      if (length > 8) return undefined;
      let value = 0n;
      for (let k = length - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[start + k]);
      const number = Number(BigInt.asIntN(8 * length, value));
      return Number.isSafeInteger(number) ? number : undefined;
    },
    text,
    line() {
      const end = bytes.subarray(position, position + longestLine).indexOf(0x0a);
      if (end < 0) throw damagedPickle(file, `byte ${position} of its pickle begins no name`);
      const line = text(end);
      advance(1);
      return line;
    },
    skip: (length) => void advance(length),
  };
}

/** Names of Python modules and classes. */
const longestLine = 1024;
