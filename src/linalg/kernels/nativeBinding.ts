/** The C and Fortran routines that the native kernels call, and the library's own controls. */
import { InputError } from "../../inputError.ts";
import { type NativeFunction, type NativeLibrary, openNativeLibrary } from "./nativeLibrary.ts";

/** CBLAS routines of one precision; enumerations and leading dimensions are C ints. */
export interface ProductRoutines {
  readonly gemm: NativeFunction;
  readonly syrk: NativeFunction;
  readonly gemv: NativeFunction;
  readonly trmm: NativeFunction;
}

export interface NativeRoutines {
  readonly single: ProductRoutines;
  readonly double: ProductRoutines;
  /** LAPACK `dsyevd_` in the Fortran convention: every argument a pointer, then the lengths of the two strings. */
  readonly syevd: NativeFunction;
  /** Which library this is, for people. */
  readonly description: string;
  /** Sets the process-wide thread count of the library; absent where the library has none to set. */
  readonly setThreads: ((count: number) => void) | undefined;
  /** Most threads that large calls use now; 1 where the library does not say. */
  threads(): number;
}

export const layout = { rowMajor: 101, columnMajor: 102 } as const;
export const trans = { no: 111, yes: 112 } as const;
export const triangle = { upper: 121, lower: 122 } as const;
export const leftSide = 141;
export const anyDiagonal = 131;

const pointer = "void *";
const required = {
  blas: ["gemm", "syrk", "gemv", "trmm"].flatMap((name) => [`cblas_s${name}`, `cblas_d${name}`]),
  lapack: ["dsyevd_"],
};

/** Opens the library at `path`, or the best one found, and binds it. Throws an InputError when none will do. */
export async function bindNativeRoutines(path?: string): Promise<NativeRoutines> {
  const library = await openNativeLibrary(required, path);
  const controls = vendorControls(library);
  return {
    single: productRoutines(library, "s", "float"),
    double: productRoutines(library, "d", "double"),
    syevd: bind(library, "dsyevd_", [...Array<string>(11).fill(pointer), "size_t", "size_t"]),
    description: `${controls.description} (${library.files})`,
    setThreads: controls.setThreads,
    threads: controls.threads,
  };
}

function productRoutines(library: NativeLibrary, prefix: "s" | "d", real: string): ProductRoutines {
  const int = "int";
  const operand = [pointer, int];
  return {
    // layout, transA, transB, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc
    gemm: bind(library, `cblas_${prefix}gemm`, [
      ...Array<string>(6).fill(int),
      real,
      ...operand,
      ...operand,
      real,
      ...operand,
    ]),
    // layout, uplo, trans, n, k, alpha, A, lda, beta, C, ldc
    syrk: bind(library, `cblas_${prefix}syrk`, [
      ...Array<string>(5).fill(int),
      real,
      ...operand,
      real,
      ...operand,
    ]),
    // layout, trans, m, n, alpha, A, lda, x, incx, beta, y, incy
    gemv: bind(library, `cblas_${prefix}gemv`, [
      ...Array<string>(4).fill(int),
      real,
      ...operand,
      ...operand,
      real,
      ...operand,
    ]),
    // layout, side, uplo, trans, diag, m, n, alpha, A, lda, B, ldb
    trmm: bind(library, `cblas_${prefix}trmm`, [...Array<string>(7).fill(int), real, ...operand, ...operand]),
  };
}

function bind(
  library: NativeLibrary,
  name: string,
  parameters: readonly string[],
  result = "void",
): NativeFunction {
  const found = library.find(name, result, parameters);
  if (found === undefined) throw new Error(`${library.files} has no ${name}`);
  return found;
}

type Controls = Pick<NativeRoutines, "description" | "setThreads" | "threads">;

/** Told apart by the symbols a library has, since a generic `libblas` may be any of them. */
function vendorControls(library: NativeLibrary): Controls {
  return openBlas(library) ?? mkl(library) ?? blis(library) ?? plain(library);
}

function openBlas(library: NativeLibrary): Controls | undefined {
  const config = library.find("openblas_get_config", "str", []);
  if (config === undefined) return undefined;
  const build = String(config()).trim();
  if (build.includes("USE64BITINT")) refuse64BitIntegers(library, build);
  const core = library.find("openblas_get_corename", "str", []);
  const setThreads = bind(library, "openblas_set_num_threads", ["int"]);
  const threads = bind(library, "openblas_get_num_threads", [], "int");
  return {
    description: core === undefined ? build : `${build}, core ${core()}`,
    setThreads,
    threads: () => Number(threads()),
  };
}

function mkl(library: NativeLibrary): Controls | undefined {
  const version = library.find("MKL_Get_Version_String", "void", [pointer, "int"]);
  if (version === undefined) return undefined;
  // MKL decides once, at the first computation, between 32- and 64-bit integers; 0 asks for 32.
  library.find("MKL_Set_Interface_Layer", "int", ["int"])?.(0);
  const text = new Uint8Array(256);
  version(text, text.length);
  const setThreads = bind(library, "MKL_Set_Num_Threads", ["int"]);
  const threads = bind(library, "MKL_Get_Max_Threads", [], "int");
  const end = text.indexOf(0);
  return {
    description: new TextDecoder().decode(text.subarray(0, end < 0 ? text.length : end)).trim(),
    setThreads,
    threads: () => Number(threads()),
  };
}

function blis(library: NativeLibrary): Controls | undefined {
  const version = library.find("bli_info_get_version_str", "str", []);
  if (version === undefined) return undefined;
  const description = `BLIS ${version()}`;
  const integerBits = library.find("bli_info_get_blas_int_type_size", "int64_t", [])?.() ?? 32;
  if (Number(integerBits) !== 32) refuse64BitIntegers(library, description);
  const setThreads = bind(library, "bli_thread_set_num_threads", ["int64_t"]);
  const threads = bind(library, "bli_thread_get_num_threads", [], "int64_t");
  return { description, setThreads, threads: () => Math.max(1, Number(threads())) };
}

/** Apple Accelerate, which picks its thread count by itself, and the reference BLAS, which has one thread. */
function plain(library: NativeLibrary): Controls {
  const description = library.files.includes("Accelerate") ? "Apple Accelerate" : "BLAS and LAPACK";
  return { description, setThreads: undefined, threads: () => 1 };
}

function refuse64BitIntegers(library: NativeLibrary, build: string): never {
  throw new InputError(
    `native kernels: expected a BLAS with 32-bit integers, got ${build} in ${library.files}; set NOISEGEO_BLAS to an LP64 build`,
  );
}
