import { opcodes } from "./pickleOpcodes.ts";
import type { PickleReader } from "./pickleReader.ts";
import { opaque, type PickleValue } from "./pickleValues.ts";

/** The value that an instruction without operands pushes; undefined where it is no such instruction. */
export function pickleLiteral(opcode: number, reader: PickleReader): PickleValue | undefined {
  switch (opcode) {
    case opcodes.NONE:
      return null;
    case opcodes.NEWTRUE:
      return true;
    case opcodes.NEWFALSE:
      return false;
    case opcodes.BININT:
      return reader.int32();
    case opcodes.BININT1:
      return reader.uint8();
    case opcodes.BININT2:
      return reader.uint16();
    case opcodes.LONG1:
      return reader.integer(reader.uint8()) ?? bigInteger;
    case opcodes.LONG4:
      return reader.integer(reader.uint32()) ?? bigInteger;
    case opcodes.BINFLOAT:
      return reader.float64();
    case opcodes.SHORT_BINUNICODE:
    case opcodes.SHORT_BINSTRING:
      return reader.text(reader.uint8());
    case opcodes.BINUNICODE:
    case opcodes.BINSTRING:
      return reader.text(reader.uint32());
    case opcodes.BINUNICODE8:
      return reader.text(reader.uint64());
    case opcodes.SHORT_BINBYTES:
      return skipped(reader, reader.uint8());
    case opcodes.BINBYTES:
      return skipped(reader, reader.uint32());
    case opcodes.BINBYTES8:
      return skipped(reader, reader.uint64());
    case opcodes.EMPTY_TUPLE:
      return emptyTuple;
    case opcodes.EMPTY_LIST:
      return list;
    case opcodes.EMPTY_SET:
      return set;
    default:
      return undefined;
  }
}

/** Lists and sets hold no tensor that a state dict could mean, so what goes into them is not kept. */
export const list = opaque("list");
export const set = opaque("set");
const bigInteger = opaque("number");
const bytes = opaque("bytes object");
const emptyTuple = { kind: "tuple", items: [] } as const;

function skipped(reader: PickleReader, length: number): PickleValue {
  reader.skip(length);
  return bytes;
}
