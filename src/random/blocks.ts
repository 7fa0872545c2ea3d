import { base64Bytes } from "../base64.ts";
import type { Identity } from "./identity.ts";
import { philoxModuleBase64 } from "./philoxModule.generated.ts";

interface PhiloxExports {
  readonly memory: WebAssembly.Memory;
  fill(
    indexLow: number,
    indexHigh: number,
    c2: number,
    c3: number,
    k0: number,
    k1: number,
    count: number,
  ): void;
}

/** How many blocks `fillBlocks` writes. */
export const blocksAtOnce = 256;

let philox: PhiloxExports | undefined;
let words: Int32Array;

/**
 * Writes `blocksAtOnce` blocks of a stream from this index on to `out`, four words each, as `philox4x32` would. The lower half of the
 * index must not pass its end on the way. 626 bytes of WebAssembly, compiled at the first call.
 */
export function fillBlocks(
  indexLow: number,
  indexHigh: number,
  [k0, k1, c2, c3]: Identity,
  out: Int32Array,
): void {
  if (!philox) {
    const module = new WebAssembly.Module(base64Bytes(philoxModuleBase64));
    philox = new WebAssembly.Instance(module).exports as unknown as PhiloxExports;
    words = new Int32Array(philox.memory.buffer, 0, 4 * blocksAtOnce);
  }
  philox.fill(indexLow, indexHigh, c2, c3, k0, k1, blocksAtOnce);
  out.set(words);
}
