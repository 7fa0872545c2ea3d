import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../cli/noisegeo.ts";
import { missingPython, python } from "../cli/python.ts";
import { installPacked } from "../package/installed.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());

interface Block {
  readonly language: string;
  readonly code: string;
  /** What the text before it says: `Save this as `FILE``. */
  readonly before: string;
}

const text = readFileSync(new URL("../../docs/tutorial.md", import.meta.url), "utf8");
const blocks: readonly Block[] = [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map((match) => ({
  language: match[1],
  code: match[2],
  before: text.slice(0, match.index),
}));

/** The line that begins with the same words, and its first number. */
const lead = (line: string) => line.split(/ {2,}/)[0];
const value = (line: string) => Number(/ {2,}\[?(-?[\d.]+(?:e-?\d+)?)/.exec(line)?.[1]);

/** The last file that was named for saving. */
function fileName(before: string): string {
  const name = [...before.matchAll(/Save (?:this )?as `([^`]+)`/g)].at(-1)?.[1];
  if (!name) throw new Error("docs/tutorial.md: a Python block without a file to save it as");
  return name;
}

/** Runs lines in the folder as written there, with the Python that has torch first on the PATH. */
function shell(code: string): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-euc", code], {
    cwd: folder.path,
    env: {
      ...process.env,
      NO_COLOR: "1",
      PATH: [join(folder.path, "bin"), process.env.PATH].join(delimiter),
    },
    encoding: "utf8",
  });
  expect(status, `${code}\n${stderr}`).toBe(0);
  return stdout;
}

describe.skipIf(python === undefined)(`the tutorial${missingPython}`, () => {
  test("runs as written from an empty folder, and prints what it says", () => {
    const [install, ...rest] = blocks;
    // the package as it would be installed, without a registry
    expect(install).toMatchObject({ language: "sh", code: "npm init -y\nnpm install noise-geometry\n" });
    const { path, manifest } = installPacked(folder.path);
    for (const [place, target] of [
      ["node_modules/.bin/noisegeo", join(path, manifest.bin.noisegeo)],
      ["bin/python3", python as string],
    ]) {
      mkdirSync(join(folder.path, place, ".."), { recursive: true });
      if (place.startsWith("bin/"))
        writeFileSync(join(folder.path, place), `#!/bin/sh\nexec ${target} "$@"\n`);
      else symlinkSync(target, join(folder.path, place));
      chmodSync(join(folder.path, place), 0o755);
    }

    let printed = "";
    const compared: string[] = [];
    for (const { language, code, before } of rest) {
      if (language === "python") writeFileSync(join(folder.path, fileName(before)), code);
      else if (language === "sh") printed = shell(code);
      else {
        // the same lines in the same order; numbers of a training in float32 to a few per cent
        for (const line of code.split("\n").filter((shown) => shown !== "")) {
          const found = printed.split("\n").find((other) => lead(other) === lead(line));
          expect(found, line).toBeDefined();
          const [shown, now] = [value(line), value(found as string)];
          if (Number.isNaN(shown)) continue;
          expect(Math.abs(now - shown) / shown, `${line}\n${found}`).toBeLessThan(0.05);
          compared.push(line);
        }
      }
    }
    expect(compared.length).toBe(12);
    const [, byHand, measured] = /by hand ([\d.]+), measured ([\d.]+)/.exec(printed) ?? [];
    expect(Number(byHand)).toBeGreaterThan(0.5);
    expect(Math.abs(Number(measured) - Number(byHand))).toBeLessThan(1e-11);
  });
});
