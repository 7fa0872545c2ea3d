import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as library from "../../src/index.ts";
import * as onnx from "../../src/models/onnx/index.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { type Installed, installPacked, writePoint } from "./installed.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = scratchFolder();
let installed: Installed;
beforeAll(() => {
  installed = installPacked(folder.path);
});
afterAll(() => folder.remove());

/** Runs Node in the project, with nothing of this checkout but what is installed there. */
function node(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: installed.project,
    env: { ...process.env, NO_COLOR: "1", ...env },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

const run = (code: string, env?: Readonly<Record<string, string>>) =>
  JSON.parse(node(["--input-type=module", "--eval", code], env));

describe("the packed package", () => {
  test("holds what it exports and nothing of the checkout, and keeps within its size", () => {
    const paths = installed.files.map(({ path }) => path);
    for (const path of paths) {
      expect(path).toMatch(
        /^(dist|docs|examples)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CITATION\.cff|SECURITY\.md)$/,
      );
    }
    for (const path of JSON.stringify(installed.manifest.exports).matchAll(/"\.\/([^"*]+\.[a-z.]+)"/g)) {
      expect(existsSync(join(installed.path, path[1])), path[1]).toBe(true);
    }
    expect(paths).toEqual(
      expect.arrayContaining(["LICENSE", "dist/cli/LICENSES.txt", "dist/explorer/index.html"]),
    );
    const { packed, unpacked } = JSON.parse(readFileSync(join(root, "scripts/packageLimits.json"), "utf8"));
    expect(installed.size).toBeLessThan(packed);
    expect(installed.unpackedSize).toBeLessThan(unpacked);
  });

  test("takes what CONTRIBUTING.md says, give or take a tenth", () => {
    const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
    const [, packed, unpacked] = /takes ([\d.]+) MB packed and ([\d.]+) MB unpacked/.exec(text) ?? [];
    expect(Math.abs(installed.size / 1e6 / Number(packed) - 1)).toBeLessThan(0.1);
    expect(Math.abs(installed.unpackedSize / 1e6 / Number(unpacked) - 1)).toBeLessThan(0.1);
  });

  test("runs nothing when it is installed", () => {
    const scripts = Object.keys((installed.manifest.scripts ?? {}) as object);
    const ofInstall = /^(pre|post)?install$|^(pre|post)?prepare$|^(pre|post)?pack$|^prepublish/;
    expect(scripts.filter((name) => ofInstall.test(name))).toEqual([]);
    expect(existsSync(join(installed.path, "binding.gyp"))).toBe(false);
  });

  test("is cited by the version that it has", () => {
    const citation = readFileSync(join(installed.path, "CITATION.cff"), "utf8");
    expect(/^version: (.+)$/m.exec(citation)?.[1]).toBe(installed.manifest.version);
  });
});

describe("the library, as installed", () => {
  test("gives by every entry point what the sources export", () => {
    const entries = Object.keys(installed.manifest.exports).filter((path) => !path.endsWith(".json"));
    const names = run(`
      const entries = ${JSON.stringify(entries)};
      const modules = entries.map((entry) => import(entry.replace(".", "noise-geometry")));
      console.log(JSON.stringify((await Promise.all(modules)).map((module) => Object.keys(module).sort())));
    `) as string[][];
    expect(names[entries.indexOf(".")]).toEqual(Object.keys(library).sort());
    expect(names[entries.indexOf("./onnx")]).toEqual(Object.keys(onnx).sort());
    const byLayer = names.filter((_, index) => ![".", "./onnx"].includes(entries[index])).flat();
    expect([...new Set([...byLayer, "InputError", "version"])].sort()).toEqual(Object.keys(library).sort());
  });

  test("computes with its WebAssembly kernels, workers included", () => {
    const product = run(`
      import { fromRows, matrix, openWasmKernels } from "noise-geometry/linalg";
      const kernels = await openWasmKernels({ threads: 2 });
      const a = fromRows([[1, 2], [3, 4]]);
      const [direct, background] = [matrix(2, 2), matrix(2, 2)];
      kernels.gemm(1, a, a, 0, direct);
      await kernels.background.gemm(1, a, a, 0, background);
      const { values } = await kernels.background.symmetricEigen(fromRows([[2, 1], [1, 2]]));
      await kernels.close();
      console.log(JSON.stringify([direct.data, background.data, values].map((data) => Array.from(data))));
    `) as number[][];
    expect(product.slice(0, 2)).toEqual([
      [7, 10, 15, 22],
      [7, 10, 15, 22],
    ]);
    expect(Math.min(...product[2])).toBeCloseTo(1, 14);
    expect(Math.max(...product[2])).toBeCloseTo(3, 14);
  });

  // the other resolutions: attw, in `npm run check:package`
  // a whole program for the compiler
  test("has types that resolve, those of its dependencies included", () => {
    const code = `
      import { lossAlignment, type Measurement, measure } from "noise-geometry";
      import type { GeometryPoint } from "noise-geometry/geometry";
      import { openWasmKernels } from "noise-geometry/linalg";
      import type { Linearization } from "noise-geometry/models";
      import * as onnx from "noise-geometry/onnx";
      export async function measured(model: Linearization, point: GeometryPoint): Promise<Measurement> {
        const kernels = await openWasmKernels();
        lossAlignment(point);
        void onnx;
        // @ts-expect-error: a number is no model
        void measure(1, { kernels });
        return measure(model, { kernels });
      }
    `;
    writeFileSync(join(installed.project, "consumer.ts"), code);
    const options = {
      module: "nodenext",
      target: "es2023",
      strict: true,
      noEmit: true,
      types: ["node"],
    };
    const types = join(installed.project, "node_modules/@types");
    if (!existsSync(types)) symlinkSync(join(root, "node_modules/@types"), types, "dir");
    writeFileSync(
      join(installed.project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }),
    );
    node([join(root, "node_modules/typescript/bin/tsc"), "-p", "."]);
  });
});

describe("the command, as installed", () => {
  const command = (words: readonly string[], env?: Readonly<Record<string, string>>) =>
    node([join(installed.path, installed.manifest.bin.noisegeo), ...words], env);

  test("says its version", () => {
    expect(command(["--version"]).trim()).toBe(installed.manifest.version);
  });

  test.each(["wasm", ...(process.env.CI ? ["native"] : [])])(
    "measures a Jacobian from a file: %s",
    (kernels) => {
      run(writePoint);
      const words = ["measure", "--npz", "point.npz", "--json", "-"];
      const document = JSON.parse(command(words, { NOISEGEO_KERNELS: kernels }));
      expect(document).toMatchObject({ samples: 2, outputs: 1, parameters: 2 });
      expect(document.lossAlignment.covariance).toBeCloseTo(0.5, 14);
      expect(document.lossAlignment.secondMoment).toBeCloseTo(1, 14);
    },
  );
});
