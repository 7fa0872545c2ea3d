import type { InputError } from "../inputError.ts";
import { isKind, type PickleDict, type PickleTuple, type PickleValue } from "./pickleValues.ts";

/** Tuples, dicts, storages and tensors made; a tensor in a state dict takes 7. */
const mostObjects = 2 ** 19;

export interface PickleStack {
  push(value: PickleValue): void;
  /** Pushes an object that did not exist before. Throws for too many of them. */
  pushMade(value: PickleValue): void;
  /** Throws where nothing lies above the last mark; so do `top`, `topDict` and `topOpaque`. */
  pop(): PickleValue;
  /** The last `length` values, in the order they were pushed. */
  popTuple(length: number): PickleTuple;
  top(): PickleValue;
  topDict(): PickleDict;
  /** Throws where the top is no value of this type. */
  requireTop(type: string): void;
  mark(): void;
  /** What lies above the last mark, and the mark with it. Throws where there is no mark. */
  popToMark(): PickleValue[];
  /** Removes the last value, or the last mark where it lies above. */
  drop(): void;
}

/** An empty stack with marks; what it throws comes from `damaged`. */
export function pickleStack(damaged: (problem: string) => InputError): PickleStack {
  const values: PickleValue[] = [];
  /** Heights of the stack. */
  const marks: number[] = [];
  let objects = 0;

  function pop(): PickleValue {
    if (values.length <= (marks.at(-1) ?? 0)) throw damaged("nothing on the stack");
    return values.pop()!;
  }
  function top(): PickleValue {
    const value = pop();
    values.push(value);
    return value;
  }

  return {
    pop,
    top,
    push: (value) => void values.push(value),
    pushMade(value) {
      if (++objects > mostObjects) throw damaged(`more than ${mostObjects} objects`);
      values.push(value);
    },
    popTuple: (length) => ({ kind: "tuple", items: Array.from({ length }, pop).reverse() }),
    topDict() {
      const dict = top();
      if (!isKind(dict, "dict")) throw damaged("no dict on the stack");
      return dict;
    },
    requireTop(type) {
      const value = top();
      if (!isKind(value, "opaque") || value.type !== type) throw damaged(`no ${type} on the stack`);
    },
    mark: () => void marks.push(values.length),
    popToMark() {
      const mark = marks.pop();
      if (mark === undefined) throw damaged("no mark on the stack");
      return values.splice(mark);
    },
    drop() {
      if (values.length === marks.at(-1)) marks.pop();
      else pop();
    },
  };
}
