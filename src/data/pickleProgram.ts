/**
 * A pickle is a program for a stack machine (Python's Lib/pickletools.py describes it). This machine runs one without
 * running code: what Python would look up and call is looked up in an allow-list and is a function of ours.
 * There are no jumps, so time is linear in the length; limits bound the memory whatever the program is.
 */
import { list, pickleLiteral, set } from "./pickleLiterals.ts";
import { opcodes } from "./pickleOpcodes.ts";
import { pickleReader } from "./pickleReader.ts";
import { pickleStack } from "./pickleStack.ts";
import {
  damagedPickle,
  emptyDict,
  isKind,
  type PickleDict,
  type PickleGlobal,
  type PickleValue,
} from "./pickleValues.ts";

export interface PickleEnvironment {
  /** The object of that dotted name. Throws an InputError where it is not allowed. */
  global(name: string): PickleGlobal;
  /** What a persistent id stands for. Throws an InputError where it stands for nothing. */
  persistent(id: PickleValue): PickleValue;
}

/** A tensor in a state dict takes about 30. */
const mostInstructions = 2 ** 22;

/**
 * What the program leaves on its stack. It may contain itself, and the same object many times.
 * Throws an InputError that begins with `file` where the program is damaged, exceeds the limits, or uses an instruction
 * that plain data does not need, and what `environment` throws.
 */
export function runPickle(bytes: Uint8Array, file: string, environment: PickleEnvironment): PickleValue {
  const reader = pickleReader(bytes, file);
  let position = 0;
  const damaged = (problem: string) => damagedPickle(file, `${problem} at byte ${position} of its pickle`);
  const stack = pickleStack(damaged);
  const memo: PickleValue[] = [];
  let remembered = 0;

  function setItems(items: readonly PickleValue[], dict: PickleDict): PickleDict {
    if (items.length % 2 !== 0) throw damaged("a key without a value");
    for (let k = 0; k < items.length; k += 2) {
      const key = items[k];
      if (typeof key === "string") dict.entries.set(key, items[k + 1]);
      else dict.otherKeys++;
    }
    return dict;
  }
  function remember(index: number): void {
    if (index >= mostInstructions) throw damaged(`memo ${index}`);
    if (memo[index] === undefined) remembered++;
    memo[index] = stack.top();
  }
  function recall(index: number): void {
    const value = memo[index];
    if (value === undefined) throw damaged(`no memo ${index}`);
    stack.push(value);
  }
  function globalName({ items: [module, attribute] }: { readonly items: readonly PickleValue[] }): string {
    if (typeof module !== "string" || typeof attribute !== "string") throw damaged("no name on the stack");
    return `${module}.${attribute}`;
  }
  function reduce({ items: [callee, args] }: { readonly items: readonly PickleValue[] }): void {
    if (!isKind(callee, "global") || callee.call === undefined || !isKind(args, "tuple")) {
      throw damaged("a call of what cannot be called");
    }
    stack.pushMade(callee.call(args.items, file));
  }

  for (let count = 0; count < mostInstructions; count++) {
    position = reader.position();
    const opcode = reader.uint8();
    const literal = pickleLiteral(opcode, reader);
    if (literal !== undefined) {
      stack.push(literal);
      continue;
    }
    switch (opcode) {
      case opcodes.PROTO: {
        const protocol = reader.uint8();
        if (protocol < 2 || protocol > 5) throw damaged(`pickle protocol ${protocol}, expected 2 to 5,`);
        break;
      }
      case opcodes.FRAME:
        reader.uint64();
        break;
      case opcodes.STOP:
        return stack.pop();
      case opcodes.MARK:
        stack.mark();
        break;
      case opcodes.POP:
        stack.drop();
        break;
      case opcodes.POP_MARK:
        stack.popToMark();
        break;
      case opcodes.DUP:
        stack.push(stack.top());
        break;
      case opcodes.TUPLE:
        stack.pushMade({ kind: "tuple", items: stack.popToMark() });
        break;
      case opcodes.TUPLE1:
        stack.pushMade(stack.popTuple(1));
        break;
      case opcodes.TUPLE2:
        stack.pushMade(stack.popTuple(2));
        break;
      case opcodes.TUPLE3:
        stack.pushMade(stack.popTuple(3));
        break;
      case opcodes.LIST:
        stack.popToMark();
        stack.push(list);
        break;
      case opcodes.APPEND:
        stack.pop();
        stack.requireTop("list");
        break;
      case opcodes.APPENDS:
        stack.popToMark();
        stack.requireTop("list");
        break;
      case opcodes.ADDITEMS:
        stack.popToMark();
        stack.requireTop("set");
        break;
      case opcodes.FROZENSET:
        stack.popToMark();
        stack.push(set);
        break;
      case opcodes.EMPTY_DICT:
        stack.pushMade(emptyDict());
        break;
      case opcodes.DICT:
        stack.pushMade(setItems(stack.popToMark(), emptyDict()));
        break;
      case opcodes.SETITEM: {
        const { items } = stack.popTuple(2);
        setItems(items, stack.topDict());
        break;
      }
      case opcodes.SETITEMS: {
        const items = stack.popToMark();
        setItems(items, stack.topDict());
        break;
      }
      case opcodes.BINPUT:
        remember(reader.uint8());
        break;
      case opcodes.LONG_BINPUT:
        remember(reader.uint32());
        break;
      case opcodes.MEMOIZE:
        remember(remembered);
        break;
      case opcodes.BINGET:
        recall(reader.uint8());
        break;
      case opcodes.LONG_BINGET:
        recall(reader.uint32());
        break;
      case opcodes.GLOBAL: {
        const module = reader.line();
        stack.push(environment.global(`${module}.${reader.line()}`));
        break;
      }
      case opcodes.STACK_GLOBAL:
        stack.push(environment.global(globalName(stack.popTuple(2))));
        break;
      case opcodes.REDUCE:
        reduce(stack.popTuple(2));
        break;
      case opcodes.BUILD:
        // The attributes of an OrderedDict: state_dict() notes versions of its modules there.
        stack.pop();
        stack.topDict();
        break;
      case opcodes.BINPERSID:
        stack.pushMade(environment.persistent(stack.pop()));
        break;
      default:
        throw damaged(
          `instruction 0x${opcode.toString(16).padStart(2, "0")}, which plain data does not need,`,
        );
    }
  }
  throw damagedPickle(file, `more than ${mostInstructions} instructions in its pickle`);
}
