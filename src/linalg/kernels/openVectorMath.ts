import type { VectorMath } from "../vectorMath.ts";
import { type MemoryLimits, vectorMemory } from "./vectorMemory.ts";
import { instantiateVectorModule } from "./vectorModule.ts";
import { wasmVectorMath } from "./wasmVectorMath.ts";

/** Memory costs nothing before it is touched. Shared memory grows up to 4 GiB; growing the other kind would detach its arrays. */
const sharedLimits: MemoryLimits = { shared: true, initial: 2 ** 8, maximum: 2 ** 16 };
const unsharedLimits: MemoryLimits = { shared: false, initial: 2 ** 10, maximum: 2 ** 10 };

/**
 * The fast `VectorMath`, with a memory of its own that is given back when the object and all its arrays are gone: up to 4 GiB
 * where memory can be shared, else 64 MiB; arrays beyond it are ordinary ones, and slower. Float32 arithmetic is float32
 * throughout, except for sums.
 * Throws a WebAssembly.CompileError where the engine has no 128-bit SIMD.
 */
export async function openVectorMath(): Promise<VectorMath> {
  const { memory, limits } = createMemory();
  const module = await instantiateVectorModule(memory);
  return wasmVectorMath(module, vectorMemory(memory, limits, module.clear));
}

function createMemory() {
  if (typeof SharedArrayBuffer !== "undefined") {
    try {
      return { memory: new WebAssembly.Memory(sharedLimits), limits: sharedLimits };
    } catch {
      // Too little address space to reserve 4 GiB.
    }
  }
  return { memory: new WebAssembly.Memory(unsharedLimits), limits: unsharedLimits };
}
