import { base64Bytes } from "../base64.ts";
import type { Identity } from "./identity.ts";
import { philoxModuleBase64 } from "./philoxModule.generated.ts";
import { signedUnits, surelyUnder } from "./ziggurat.ts";

interface PhiloxExports {
  readonly memory: WebAssembly.Memory;
  /** Where what it reads and writes lies in the memory; words begin at 0. */
  readonly gaussiansAt: WebAssembly.Global;
  readonly signedUnitsAt: WebAssembly.Global;
  readonly surelyUnderAt: WebAssembly.Global;
  fill(
    indexLow: number,
    indexHigh: number,
    c2: number,
    c3: number,
    k0: number,
    k1: number,
    count: number,
  ): void;
  gaussians(used: number, from: number, to: number, scale: number): number;
}

/** The module, and its memory as arrays. */
interface Philox {
  readonly exports: PhiloxExports;
  readonly words: Int32Array;
  readonly gaussians: Float64Array;
  /** The array whose content `words` has. */
  held: Int32Array | undefined;
}

/** How many blocks `fillBlocks` writes. */
export const blocksAtOnce = 256;

/** As many Gaussians as their words take, if none has a second look. */
export const gaussiansAtOnce = 2 * blocksAtOnce;

let philox: Philox | undefined;

/**
 * Writes `blocksAtOnce` blocks of a stream from this index on to `out`, four words each, as `philox4x32` would. The lower half of the
 * index must not pass its end on the way.
 */
export function fillBlocks(indexLow: number, indexHigh: number, identity: Identity, out: Int32Array): void {
  philox ??= open();
  philox.exports.fill(indexLow, indexHigh, identity[2], identity[3], identity[0], identity[1], blocksAtOnce);
  out.set(philox.words);
  philox.held = out;
}

/** Where `sureGaussians` writes: `gaussiansAtOnce` places that every stream uses in turn. */
export function stagedGaussians(): Float64Array {
  philox ??= open();
  return philox.gaussians;
}

/**
 * Writes Gaussians times `scale` to places `from` … `to` − 1 of `stagedGaussians`, two words each from the one at `used` on of what
 * `fillBlocks` wrote to `words`. Stops where words are at an end, and before a draw that needs a second look; returns that place.
 */
export function sureGaussians(
  words: Int32Array,
  used: number,
  from: number,
  to: number,
  scale: number,
): number {
  philox ??= open();
  if (philox.held !== words) {
    philox.words.set(words);
    philox.held = words;
  }
  return philox.exports.gaussians(used, from, Math.min(to, from + ((words.length - used) >> 1)), scale);
}

/** Compiles the module, which takes two KB. */
function open(): Philox {
  const module = new WebAssembly.Module(base64Bytes(philoxModuleBase64));
  const exports = new WebAssembly.Instance(module).exports as unknown as PhiloxExports;
  const { buffer } = exports.memory;
  const doubles = (at: WebAssembly.Global, length: number) => new Float64Array(buffer, at.value, length);
  doubles(exports.signedUnitsAt, signedUnits.length).set(signedUnits);
  doubles(exports.surelyUnderAt, surelyUnder.length).set(surelyUnder);
  return {
    exports,
    words: new Int32Array(buffer, 0, 4 * blocksAtOnce),
    gaussians: doubles(exports.gaussiansAt, gaussiansAtOnce),
    held: undefined,
  };
}
