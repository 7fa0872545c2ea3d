/** The packed package under the other versions of Node that it promises, taken from the npm registry (the package `node`). */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../cli/noisegeo.ts";
import { wasmKinds } from "../linalg/kernels/wasmKinds.ts";
import { type Installed, installPacked, writePoint } from "./installed.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = scratchFolder();
let installed: Installed;
beforeAll(() => {
  installed = installPacked(folder.path);
});
afterAll(() => folder.remove());

const npm = (...words: string[]) => spawnSync("npm", words, { cwd: folder.path, encoding: "utf8" });
const once = ["--fetch-retries=0", "--fetch-timeout=20000"];
const answer = npm("view", "node", "version", ...once);
const why = answer.status === 0 ? "" : ` (skipped: the npm registry cannot be reached from here)`;

describe.skipIf(why !== "").each([22, 24])(`Node %i${why}`, (major) => {
  let binary: string;
  beforeAll(() => {
    const home = join(folder.path, `node-${major}`);
    mkdirSync(home);
    writeFileSync(join(home, "package.json"), '{ "private": true }');
    const { status, stderr } = npm("install", "--prefix", home, "--no-audit", "--no-fund", `node@${major}`);
    expect(status, stderr).toBe(0);
    binary = join(home, "node_modules/node/bin/node");
  });

  function node(words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    const { status, stdout, stderr } = spawnSync(binary, words, {
      cwd: installed.project,
      env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "", ...env },
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    // nothing that this version deprecates either
    expect(stderr).not.toMatch(/Warning/);
    return stdout;
  }
  const run = (code: string) => JSON.parse(node(["--input-type=module", "--eval", code]));

  test("is that version", () => {
    expect(node(["--version"])).toMatch(new RegExp(`^v${major}\\.`));
  });

  test("the library: every entry point, and an eigenproblem in the workers of the fastest WebAssembly kernels", () => {
    const entries = Object.keys(installed.manifest.exports).filter((path) => !path.endsWith(".json"));
    const values = run(`
      for (const entry of ${JSON.stringify(entries)}) await import(entry.replace(".", "noise-geometry"));
      const { fromRows, fusesMultiplyAdd, openWasmKernels } = await import("noise-geometry/linalg");
      const kernels = await openWasmKernels({ threads: 2, relaxed: fusesMultiplyAdd() });
      const { values } = await kernels.background.symmetricEigen(fromRows([[2, 1], [1, 2]]));
      await kernels.close();
      console.log(JSON.stringify(Array.from(values)));
    `);
    expect(Math.abs(values[0] - 1)).toBeLessThan(1e-15);
    expect(Math.abs(values[1] - 3)).toBeLessThan(1e-15);
  });

  // what they say of themselves: package.test.ts
  test("its types, by a compiler that this version runs", () => {
    const types = join(installed.project, "node_modules/@types");
    if (!readdirSync(join(installed.project, "node_modules")).includes("@types")) {
      symlinkSync(join(root, "node_modules/@types"), types, "dir");
    }
    const code = `
      import { type Measurement, measure, openKernels } from "noise-geometry";
      import type { Linearization } from "noise-geometry/models";
      export const measured = async (model: Linearization): Promise<Measurement> =>
        measure(model, { kernels: await openKernels() });
    `;
    writeFileSync(join(installed.project, "consumer.ts"), code);
    const options = [
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--strict",
      "--noEmit",
      "--skipLibCheck",
      "--types",
      "node",
    ];
    node([join(root, "node_modules/typescript/bin/tsc"), ...options, "consumer.ts"]);
  });

  const kinds = [...wasmKinds.map(({ name }) => name), ...(process.env.CI ? ["native"] : [])];
  test.each(kinds)("the command: %s kernels", (kernels) => {
    const command = join(installed.path, installed.manifest.bin.noisegeo);
    expect(node([command, "--version"]).trim()).toBe(installed.manifest.version);
    run(writePoint);
    const words = [command, "measure", "--npz", "point.npz", "--json", "-"];
    const document = JSON.parse(node(words, { NOISEGEO_KERNELS: kernels }));
    expect(Math.abs(document.lossAlignment.covariance - 0.5)).toBeLessThan(1e-14);
  });
});
