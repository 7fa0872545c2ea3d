/**
 * Which stretches of an address range are free: segregated lists by size, free neighbours joined at once. Every
 * operation takes constant time; sizes are rounded up by at most an eighth, so that a list's blocks serve all its sizes.
 */

/** All sizes and addresses are multiples of this: a cache line. */
export const blockUnit = 64;

export interface FreeBlocks {
  /** The size of the block that holds `bytes` > 0. */
  blockSize(bytes: number): number;
  /** Address of a block of exactly `size`, one of `blockSize`'s; undefined when none is free. */
  take(size: number): number | undefined;
  /** Makes a stretch free that is not. */
  give(start: number, size: number): void;
}

interface Block {
  readonly start: number;
  readonly end: number;
  /** Its place in its list. */
  slot: number;
}

export function freeBlocks(): FreeBlocks {
  const lists: Block[][] = [];
  const byStart = new Map<number, Block>();
  const byEnd = new Map<number, Block>();

  function insert(start: number, end: number): void {
    const index = listOf(end - start);
    while (lists.length <= index) lists.push([]);
    const block = { start, end, slot: lists[index].length };
    lists[index].push(block);
    byStart.set(start, block);
    byEnd.set(end, block);
  }

  function remove(block: Block): void {
    const list = lists[listOf(block.end - block.start)];
    const last = list.pop() as Block;
    if (last !== block) {
      last.slot = block.slot;
      list[block.slot] = last;
    }
    byStart.delete(block.start);
    byEnd.delete(block.end);
  }

  return {
    blockSize: roundedUp,
    take(size) {
      for (let index = listOf(size); index < lists.length; index++) {
        const block = lists[index].at(-1);
        if (block === undefined) continue;
        remove(block);
        if (block.end > block.start + size) insert(block.start + size, block.end);
        return block.start;
      }
      return undefined;
    },
    give(start, size) {
      const before = byEnd.get(start);
      const after = byStart.get(start + size);
      if (before) remove(before);
      if (after) remove(after);
      insert(before ? before.start : start, after ? after.end : start + size);
    },
  };
}

/** Lists up to eight units hold one size each, later ones an eighth of a power of two. */
function listOf(size: number): number {
  const units = size / blockUnit;
  if (units < 8) return units;
  const exponent = 31 - Math.clz32(units);
  return 8 * (exponent - 2) + ((units >>> (exponent - 3)) & 7);
}

/** The least size whose list, and every later one, has only blocks that hold `bytes`. */
function roundedUp(bytes: number): number {
  const units = Math.ceil(bytes / blockUnit);
  const step = units < 8 ? 1 : 2 ** (28 - Math.clz32(units));
  return Math.ceil(units / step) * step * blockUnit;
}
