/** The compiled SIMD module (assembly/index.ts), its twin with relaxed SIMD, and instances of them. They import nothing. */
import { base64Bytes } from "../../base64.ts";
import { wasmModuleBase64 } from "./wasmModule.generated.ts";

type Pack = (
  width: number,
  depth: number,
  source: number,
  widthStride: number,
  depthStride: number,
  target: number,
) => void;
type Multiply = (
  rows: number,
  columns: number,
  depth: number,
  alpha: number,
  a: number,
  b: number,
  c: number,
  stride: number,
  side: number,
  diagonal: number,
) => void;
type TimesVector = (rows: number, columns: number, a: number, x: number, y: number) => void;
type Scale = (count: number, alpha: number, x: number) => void;

/** assembly/index.ts: sizes in elements, addresses and strides in bytes. */
export interface WasmFunctions {
  heapStart(): number;
  clear(at: number, bytes: number): void;
  readonly scale32: Scale;
  readonly scale64: Scale;
  readonly packLeft32: Pack;
  readonly packLeft64: Pack;
  readonly packRight32: Pack;
  readonly packRight64: Pack;
  readonly multiply32: Multiply;
  readonly multiply64: Multiply;
  readonly rowsTimesVector32: TimesVector;
  readonly rowsTimesVector64: TimesVector;
  readonly columnsTimesVector32: TimesVector;
  readonly columnsTimesVector64: TimesVector;
  symmetricEigen(n: number, a: number, values: number, vectors: number, workspace: number): void;
  symmetricEigenWorkspace(n: number): number;
  symmetricEigenvalues(n: number, a: number, values: number, workspace: number): void;
  symmetricEigenvaluesWorkspace(n: number): number;
}

export interface WasmInstance extends WasmFunctions {
  readonly memory: WebAssembly.Memory;
}

/** Compiles the module. Throws a WebAssembly.CompileError where 128-bit SIMD, or relaxed SIMD for its twin, is missing. */
export async function compileWasmModule(relaxed = false): Promise<WebAssembly.Module> {
  if (!relaxed) return WebAssembly.compile(base64Bytes(wasmModuleBase64));
  // Loaded only where it is used.
  const { relaxedModuleBase64 } = await import("./relaxedModule.generated.ts");
  return WebAssembly.compile(base64Bytes(relaxedModuleBase64));
}

export function instantiate(module: WebAssembly.Module): WasmInstance {
  return new WebAssembly.Instance(module).exports as unknown as WasmInstance;
}
