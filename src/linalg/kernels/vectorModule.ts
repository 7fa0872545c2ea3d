/** The compiled vector functions (assembly/vector/index.ts), on a memory of the caller's. */

import { base64Bytes } from "../../base64.ts";
import type { Precision } from "../vectorMath.ts";
import { memoryFlagsAt, vectorModuleBase64 } from "./vectorModule.generated.ts";

type Window = (
  channels: number,
  height: number,
  width: number,
  kernelHeight: number,
  kernelWidth: number,
  strideY: number,
  strideX: number,
  dilationY: number,
  dilationX: number,
  paddingY: number,
  paddingX: number,
  outHeight: number,
  outWidth: number,
  image: number,
  columns: number,
) => void;
type Values = (slope: number, n: number, x: number, out: number) => void;
type ValuesAndSlopes = (slope: number, n: number, x: number, out: number, slopes: number) => void;
type Derivatives = (slope: number, n: number, x: number, t: number, out: number) => void;
type SecondDerivatives = (slope: number, n: number, x: number, a: number, b: number, out: number) => void;

/** assembly/vector/index.ts for one precision: lengths in elements, addresses in bytes. */
export interface VectorFunctions {
  axpy(n: number, alpha: number, x: number, y: number): void;
  multiply(n: number, x: number, y: number, out: number): void;
  multiplyAdd(n: number, alpha: number, x: number, y: number, out: number): void;
  addToRows(rows: number, columns: number, v: number, a: number): void;
  addToColumns(rows: number, columns: number, channels: number, v: number, a: number): void;
  sumRows(rows: number, columns: number, alpha: number, a: number, out: number): void;
  sumColumns(rows: number, columns: number, channels: number, alpha: number, a: number, out: number): void;
  /** `keep` is 0 or 1. */
  moveChannels(
    rows: number,
    columns: number,
    channels: number,
    centre: number,
    scale: number,
    shift: number,
    x: number,
    keep: number,
    y: number,
  ): void;
  sumProducts(
    rows: number,
    columns: number,
    channels: number,
    alpha: number,
    y: number,
    x: number,
    centre: number,
    out: number,
  ): void;
  /** `keep` is 0 or 1. */
  addWeightedBlocks(
    rows: number,
    columns: number,
    size: number,
    shift: number,
    weights: number,
    values: number,
    keep: number,
    sums: number,
  ): void;
  readonly unfold: Window;
  readonly fold: Window;
  /** The last address is that of i32 places; windows have to lie inside the image. */
  readonly findMaxima: Window;
  /** Places are i32. */
  gather(n: number, x: number, places: number, out: number): void;
  scatter(n: number, length: number, x: number, places: number, out: number): void;
  /** By kind of activation. */
  readonly values: ReadonlyMap<string, Values>;
  /** Of the smooth ones. */
  readonly valuesAndSlopes: ReadonlyMap<string, ValuesAndSlopes>;
  readonly derivatives: ReadonlyMap<string, Derivatives>;
  readonly secondDerivatives: ReadonlyMap<string, SecondDerivatives>;
}

export interface VectorModule extends Readonly<Record<Precision, VectorFunctions>> {
  clear(at: number, bytes: number): void;
}

const piecewiseLinear = ["identity", "relu", "leakyReLU"];
const smooth = ["tanh", "sigmoid", "softplus", "silu", "gelu", "geluTanh"];
const activations = [...piecewiseLinear, ...smooth];

/** Throws a WebAssembly.CompileError where 128-bit SIMD is missing. */
export async function instantiateVectorModule(memory: WebAssembly.Memory): Promise<VectorModule> {
  const bytes = base64Bytes(vectorModuleBase64);
  if (memory.buffer instanceof ArrayBuffer) bytes[memoryFlagsAt] = unsharedWithMaximum;
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const exports = instance.exports as unknown as Exports;
  return {
    clear: exports.clear as VectorModule["clear"],
    float32: functionsOf(exports, 32),
    float64: functionsOf(exports, 64),
  };
}

/** Adds 0 everywhere. */
const nothing: SecondDerivatives = () => {};

/** The functions themselves do not depend on what the memory is. */
const unsharedWithMaximum = 1;

type Exports = Readonly<Record<string, unknown>>;

function functionsOf(exports: Exports, bits: 32 | 64): VectorFunctions {
  const named = <F>(name: string) => exports[name + bits] as F;
  const byKind = <F>(suffix: string, kinds: readonly string[]) =>
    kinds.map((kind) => [kind, named<F>(kind + suffix)] as const);
  return {
    axpy: named("axpy"),
    multiply: named("multiply"),
    multiplyAdd: named("multiplyAdd"),
    addToRows: named("addToRows"),
    addToColumns: named("addToColumns"),
    sumRows: named("sumRows"),
    sumColumns: named("sumColumns"),
    moveChannels: named("moveChannels"),
    sumProducts: named("sumProducts"),
    addWeightedBlocks: named("addWeightedBlocks"),
    unfold: named("unfold"),
    fold: named("fold"),
    findMaxima: named("findMaxima"),
    gather: named("gather"),
    scatter: named("scatter"),
    values: new Map(byKind("", activations)),
    valuesAndSlopes: new Map(byKind("WithSlope", smooth)),
    derivatives: new Map(byKind("Derivative", activations)),
    secondDerivatives: new Map([
      ...piecewiseLinear.map((kind) => [kind, nothing] as const),
      ...byKind<SecondDerivatives>("Second", smooth),
    ]),
  };
}
