import { type AttributeProto, AttributeProto_AttributeType, type NodeProto } from "onnx-buf";
import { shownName } from "../../data/shownNames.ts";
import { InputError } from "../../inputError.ts";
import { readTensor } from "./readTensor.ts";
import type { Tensor } from "./tensor.ts";

/** The settings of a node. Each reader returns undefined where the attribute is not there. */
export interface Attributes {
  integer(name: string): number | undefined;
  integers(name: string): number[] | undefined;
  /** Attributes are float32: 0.1 is stored as 0.10000000149. Gives the shortest decimal number that is stored so. */
  number(name: string): number | undefined;
  numbers(name: string): number[] | undefined;
  text(name: string): string | undefined;
  tensor(name: string): Tensor | undefined;
  /** Names of the attributes that nothing has read. */
  unread(): string[];
}

/** `place` names the node in messages. An attribute of another type than the one asked for is an InputError. */
export function attributesOf(node: NodeProto, place: string): Attributes {
  const attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  const unread = new Set(attributes.keys());
  const read = <T>(name: string, type: AttributeProto_AttributeType, value: (found: AttributeProto) => T) => {
    const found = attributes.get(name);
    if (!found) return undefined;
    unread.delete(name);
    if (found.type !== type) {
      const [expected, got] = [type, found.type].map((kind) => AttributeProto_AttributeType[kind] ?? kind);
      throw new InputError(`${place}: expected attribute '${name}' of type ${expected}, got ${got}`);
    }
    return value(found);
  };
  const types = AttributeProto_AttributeType;
  return {
    integer: (name) => read(name, types.INT, ({ i }) => Number(i)),
    integers: (name) => read(name, types.INTS, ({ ints }) => ints.map(Number)),
    number: (name) => read(name, types.FLOAT, ({ f }) => shortestDecimal(f)),
    numbers: (name) => read(name, types.FLOATS, ({ floats }) => floats.map(shortestDecimal)),
    text: (name) => read(name, types.STRING, ({ s }) => shownName(new TextDecoder().decode(s))),
    tensor: (name) =>
      read(name, types.TENSOR, ({ t }) => t && readTensor(t, `${place}, attribute '${name}'`)),
    unread: () => [...unread],
  };
}

/** The decimal number with the fewest digits that rounds to this float32. */
function shortestDecimal(stored: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(stored.toPrecision(digits));
    if (Math.fround(candidate) === stored) return candidate;
  }
  return stored;
}
