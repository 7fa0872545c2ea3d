import { afterEach, expect, test, vi } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import { openNativeKernels } from "../../../src/linalg/kernels/native.ts";
import { openKernels } from "../../../src/linalg/kernels/select.ts";

const nativeOpens = await openNativeKernels().then(
  () => true,
  () => false,
);
const whereNative = nativeOpens ? "native opens on this machine" : "no BLAS on this machine";

/** The name of what opens, closed again. */
async function opened(options?: Parameters<typeof openKernels>[0]): Promise<string> {
  const kernels = await openKernels(options);
  await kernels.close();
  return kernels.name;
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test(`left alone, native where it opens and else wasm (${whereNative})`, async () => {
  vi.stubEnv("NOISEGEO_KERNELS", undefined);
  vi.stubEnv("NOISEGEO_BLAS", undefined);
  expect(await opened()).toBe(nativeOpens ? "native" : "wasm");
});

test("NOISEGEO_KERNELS decides, an empty one does not, an option goes before it", async () => {
  vi.stubEnv("NOISEGEO_KERNELS", "wasm");
  expect(await opened()).toBe("wasm");
  if (nativeOpens) expect(await opened({ prefer: "native" })).toBe("native");
  vi.stubEnv("NOISEGEO_KERNELS", "");
  expect(await opened()).toBe(nativeOpens ? "native" : "wasm");
  vi.stubEnv("NOISEGEO_KERNELS", "native");
  expect(await opened({ prefer: "wasm" })).toBe("wasm");
});

test("another value of NOISEGEO_KERNELS is an InputError that quotes it", async () => {
  vi.stubEnv("NOISEGEO_KERNELS", "cuda");
  await expect(openKernels()).rejects.toThrow(InputError);
  await expect(openKernels()).rejects.toThrow(/expected native or wasm, got cuda/);
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

test("without process, as in a browser, wasm", async () => {
  vi.stubGlobal("process", undefined);
  expect(await opened()).toBe("wasm");
});
