import { afterEach, expect, test, vi } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import { openNativeKernels } from "../../../src/linalg/kernels/native.ts";
import { fusesMultiplyAdd } from "../../../src/linalg/kernels/relaxedSimd.ts";
import { openKernels } from "../../../src/linalg/kernels/select.ts";
import { wasmKinds } from "./wasmKinds.ts";

const nativeOpens = await openNativeKernels().then(
  () => true,
  () => false,
);
const whereNative = nativeOpens ? "native opens on this machine" : "no BLAS on this machine";

/** What stands in for a BLAS. */
const fallback = fusesMultiplyAdd() ? "wasm-relaxed" : "wasm";

/** The name of what opens, closed again. */
async function opened(options?: Parameters<typeof openKernels>[0]): Promise<string> {
  const kernels = await openKernels(options);
  await kernels.close();
  return kernels.name;
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test(`left alone, native where it opens and else WebAssembly (${whereNative})`, async () => {
  vi.stubEnv("NOISEGEO_KERNELS", undefined);
  vi.stubEnv("NOISEGEO_BLAS", undefined);
  expect(await opened()).toBe(nativeOpens ? "native" : fallback);
});

test("NOISEGEO_KERNELS decides, an empty one does not, an option goes before it", async () => {
  vi.stubEnv("NOISEGEO_KERNELS", "wasm");
  expect(await opened()).toBe("wasm");
  if (nativeOpens) expect(await opened({ prefer: "native" })).toBe("native");
  vi.stubEnv("NOISEGEO_KERNELS", "");
  expect(await opened()).toBe(nativeOpens ? "native" : fallback);
  vi.stubEnv("NOISEGEO_KERNELS", "native");
  expect(await opened({ prefer: "wasm" })).toBe("wasm");
});

test("another value of NOISEGEO_KERNELS is an InputError that quotes it", async () => {
  vi.stubEnv("NOISEGEO_KERNELS", "cuda");
  await expect(openKernels()).rejects.toThrow(InputError);
  await expect(openKernels()).rejects.toThrow(/expected native, wasm or wasm-relaxed, got cuda/);
  expect(await opened({ prefer: "wasm" })).toBe("wasm");
});

test("a library that was named and does not open is an InputError, never a silent fallback", async () => {
  await expect(openKernels({ library: "/nowhere/libblas.so" })).rejects.toThrow(InputError);
  await expect(openKernels({ prefer: "native", library: "/nowhere/libblas.so" })).rejects.toThrow(
    "/nowhere/libblas.so",
  );
  vi.stubEnv("NOISEGEO_BLAS", "/nowhere/fromEnvironment.so");
  await expect(openKernels()).rejects.toThrow("/nowhere/fromEnvironment.so");
  expect(await opened({ prefer: "wasm" })).toBe("wasm");
});

test("threads reach the kernels; fewer than 1 is a RangeError, not a reason to fall back", async () => {
  for (const prefer of nativeOpens ? (["native", "wasm"] as const) : (["wasm"] as const)) {
    const kernels = await openKernels({ prefer, threads: 1 });
    expect(kernels.threads).toBe(1);
    await kernels.close();
    await expect(openKernels({ prefer, threads: 0 })).rejects.toThrow(RangeError);
  }
});

test("without process, as in a browser, wasm-relaxed where the engine fuses and else wasm", async () => {
  vi.stubGlobal("process", undefined);
  expect(await opened()).toBe(fallback);
  vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  expect(await opened()).toBe("wasm");
});

test.each(wasmKinds)("$name by name is that and no other", async ({ name }) => {
  vi.stubEnv("NOISEGEO_KERNELS", name);
  expect(await opened()).toBe(name);
  vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  if (name === "wasm") expect(await opened()).toBe(name);
  else await expect(openKernels()).rejects.toThrow(/wasm-relaxed kernels: expected/);
});
