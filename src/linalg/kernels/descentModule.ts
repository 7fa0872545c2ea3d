/** The compiled descent of many vectors at once (assembly/descent/index.ts) and instances of it. It imports nothing. */
import { base64Bytes } from "../../base64.ts";
import { descentModuleBase64 } from "./descentModule.generated.ts";

type DescentSettings = [
  count: number,
  steps: number,
  width: number,
  samples: number,
  outputs: number,
  batchSize: number,
  replacement: number,
  scale: number,
  patience: number,
  x: number,
  w: number,
  states: number,
  order: number,
  workspace: number,
];

/** assembly/descent/index.ts: sizes in elements, addresses in bytes. */
export interface DescentFunctions {
  heapStart(): number;
  descend(...settings: DescentSettings): void;
  descendTogether(...settings: [...DescentSettings, weights: number]): void;
  observe(
    count: number,
    width: number,
    weights: number,
    cuts: number,
    cutCount: number,
    kept: number,
    w: number,
    states: number,
    records: number,
  ): void;
}

export interface DescentInstance extends DescentFunctions {
  readonly memory: WebAssembly.Memory;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** The module, compiled when first asked for. Throws a WebAssembly.CompileError where 128-bit SIMD is missing. */
export function compileDescentModule(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(base64Bytes(descentModuleBase64));
  return compiled;
}

export function instantiateDescent(module: WebAssembly.Module): DescentInstance {
  return new WebAssembly.Instance(module).exports as unknown as DescentInstance;
}
