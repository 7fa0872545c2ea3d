/**
 * Finding the system's BLAS and LAPACK. A candidate is one file, or a BLAS file with the companions that hold
 * the rest on systems that split them; a routine is taken from the first file that has it.
 */
import type koffiModule from "koffi";
import type { LibraryHandle, TypeObject } from "koffi";
import { InputError } from "../../inputError.ts";

type Koffi = typeof koffiModule;
type Candidate = readonly [main: string, ...companions: string[]];

/** A C function. `async` runs it on another thread and calls back with an error or null. */
export interface NativeFunction {
  (...values: unknown[]): unknown;
  async(...values: unknown[]): void;
}

/** Opened files that together have every routine needed. */
export interface NativeLibrary {
  /** File names, for people. */
  readonly files: string;
  /** The function of that name, or undefined where no file has it. Argument types are koffi's. */
  find(name: string, result: string, parameters: readonly string[]): NativeFunction | undefined;
}

/** By speed, then by how common: the first that opens is used. */
const candidates: Readonly<Record<string, readonly Candidate[]>> = {
  linux: [
    ["libopenblas.so.0"],
    ["libopenblas.so"],
    ["libopenblasp.so.0"],
    ["libmkl_rt.so.2"],
    ["libmkl_rt.so"],
    ["libblis.so.4", "liblapack.so.3"],
    ["libblis.so", "liblapack.so.3"],
    ["libblas.so.3", "libcblas.so.3", "liblapack.so.3"],
    ["libblas.so", "libcblas.so", "liblapack.so"],
  ],
  darwin: [
    ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
    ["/opt/homebrew/opt/openblas/lib/libopenblas.dylib"],
    ["/usr/local/opt/openblas/lib/libopenblas.dylib"],
    ["libopenblas.dylib"],
    ["libmkl_rt.2.dylib"],
    ["libblis.dylib", "liblapack.dylib"],
  ],
  win32: [
    ["libopenblas.dll"],
    ["openblas.dll"],
    ["mkl_rt.2.dll"],
    ["mkl_rt.dll"],
    ["libblis.dll", "liblapack.dll"],
    ["libblas.dll", "libcblas.dll", "liblapack.dll"],
  ],
};

/** Where a library given by path has no LAPACK of its own. */
const lapackOnly: Readonly<Record<string, readonly string[]>> = {
  linux: ["liblapack.so.3", "liblapack.so"],
  darwin: ["liblapack.dylib"],
  win32: ["liblapack.dll"],
};

/** Routines that a library must have. */
export interface RequiredRoutines {
  readonly blas: readonly string[];
  readonly lapack: readonly string[];
}

/**
 * Opens `path`, which must have the BLAS routines itself, or else the first of the usual libraries that will do.
 * Throws an InputError that lists what was tried, and why it did not do, when there is none.
 */
export async function openNativeLibrary(required: RequiredRoutines, path?: string): Promise<NativeLibrary> {
  const platform = globalThis.process?.platform;
  if (platform === undefined) {
    throw new InputError(
      "native kernels: expected Node.js, got a system without processes; use the wasm kernels",
    );
  }
  const koffi = await loadKoffi();
  const list: readonly Candidate[] =
    path === undefined
      ? (candidates[platform] ?? candidates.linux)
      : [[path, ...(lapackOnly[platform] ?? lapackOnly.linux)]];
  const failures: string[] = [];
  for (const candidate of list) {
    const opened = open(koffi, candidate, required, path !== undefined);
    if (typeof opened !== "string") return opened;
    failures.push(`${candidate[0]} (${opened})`);
  }
  const remedy =
    path === undefined
      ? "install OpenBLAS (Debian: libopenblas0, macOS: brew install openblas) or set NOISEGEO_BLAS to the path of a BLAS with LAPACK"
      : "set NOISEGEO_BLAS to the path of a shared library with CBLAS and LAPACK (32-bit integers), or unset it";
  throw new InputError(
    `native kernels: expected a BLAS and LAPACK library, tried ${failures.join(", ")}; ${remedy}`,
  );
}

/** The library, or the reason why it does not do. */
function open(
  koffi: Koffi,
  [main, ...companions]: Candidate,
  required: RequiredRoutines,
  blasInMain: boolean,
): NativeLibrary | string {
  const handles: [file: string, handle: LibraryHandle][] = [];
  const missing = (names: readonly string[]) =>
    names.filter((name) => !handles.some(([, handle]) => hasSymbol(handle, name)));
  try {
    handles.push([main, koffi.load(main)]);
  } catch (error) {
    return reason(error);
  }
  const routines = [...required.blas, ...required.lapack];
  const blasElsewhere = blasInMain && missing(required.blas).length > 0;
  for (const companion of blasElsewhere ? [] : companions) {
    if (missing(routines).length === 0) break;
    try {
      handles.push([companion, koffi.load(companion)]);
    } catch {
      // The routines that stay missing are what gets reported.
    }
  }
  const absent = missing(routines);
  if (absent.length > 0) return `without ${absent.join(", ")}`;
  return {
    files: handles.map(([file]) => file).join(" + "),
    find(name, result, parameters) {
      const owner = handles.find(([, handle]) => hasSymbol(handle, name));
      return owner?.[1].func(name, result, parameters as (string | TypeObject)[]);
    },
  };
}

function hasSymbol(handle: LibraryHandle, name: string): boolean {
  try {
    handle.symbol(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * koffi runs C functions on stacks of its own; 128 KiB for asynchronous calls is less than threaded BLAS routines
 * may take, so both kinds get what a thread usually has. koffi refuses the change once a library is open.
 */
async function loadKoffi(): Promise<Koffi> {
  const stackBytes = 8 * 2 ** 20;
  let koffi: Koffi;
  try {
    koffi = (await import("koffi")).default;
  } catch (error) {
    throw new InputError(
      `native kernels: expected koffi's binary for this system, got ${reason(error)}; reinstall with optional dependencies, or set NOISEGEO_KERNELS=wasm`,
    );
  }
  if ((koffi.config().async_stack_size ?? 0) < stackBytes) {
    try {
      koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
    } catch {
      throw new InputError(
        "native kernels: expected to be the first to open a library through koffi, got a koffi in use with stacks of less than 8 MiB; open the kernels first, or set NOISEGEO_KERNELS=wasm",
      );
    }
  }
  return koffi;
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Failed to load shared library: /, "").replace(/\s*\n\s*/g, " ");
}
