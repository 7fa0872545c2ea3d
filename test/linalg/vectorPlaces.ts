/** Where the arrays of a `VectorMath` can lie, for tests that must hold in all such places. */
import { expect } from "vitest";
import type { MemoryLimits } from "../../src/linalg/kernels/vectorMemory.ts";
import { vectorMemory } from "../../src/linalg/kernels/vectorMemory.ts";
import { instantiateVectorModule } from "../../src/linalg/kernels/vectorModule.ts";
import { wasmVectorMath } from "../../src/linalg/kernels/wasmVectorMath.ts";
import type { FloatArray } from "../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../src/linalg/plainVectorMath.ts";
import type { Precision, VectorMath } from "../../src/linalg/vectorMath.ts";

export async function vectorMathWithin(limits: MemoryLimits): Promise<VectorMath> {
  const memory = new WebAssembly.Memory(limits);
  const module = await instantiateVectorModule(memory);
  return wasmVectorMath(module, vectorMemory(memory, limits, module.clear));
}

/** `outside`: what the arrays are allocated by when that is not the functions' own memory. */
export interface Place {
  readonly title: string;
  readonly math: VectorMath;
  readonly outside?: VectorMath;
}

const shared = await vectorMathWithin({ shared: true, initial: 1, maximum: 1024 });
const unshared = await vectorMathWithin({ shared: false, initial: 16, maximum: 16 });

export const places: readonly Place[] = [
  { title: "in shared memory", math: shared },
  { title: "in unshared memory", math: unshared },
  { title: "elsewhere", math: shared, outside: plainVectorMath },
];
export const precisions: readonly Precision[] = ["float32", "float64"];

/** Not a value that any test computes. */
const guard = -12345;
const guards = 9;

export interface Arena {
  /** A copy of the values that starts `offset` elements after an aligned address, with guards on both sides. */
  lay(values: ArrayLike<number>, offset: number): FloatArray;
  /** Checks that nothing was written beside the arrays, and gives all of them back. */
  finish(): void;
}

export function arena({ math, outside }: Place, precision: Precision): Arena {
  const owner = outside ?? math;
  const laid: { whole: FloatArray; start: number; end: number }[] = [];
  return {
    lay(values, offset) {
      const whole = owner.allocate(precision, values.length + offset + guards).fill(guard);
      const part = whole.subarray(offset, offset + values.length);
      part.set(values);
      laid.push({ whole, start: offset, end: offset + values.length });
      return part;
    },
    finish() {
      for (const { whole, start, end } of laid.splice(0)) {
        const beside = whole.filter((_, k) => k < start || k >= end);
        expect(beside.every((value) => value === guard)).toBe(true);
        owner.release(whole);
      }
    },
  };
}
