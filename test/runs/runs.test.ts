import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { writeFileAtomically } from "../../src/runs/atomicFile.ts";
import { openTrialLog } from "../../src/runs/trialLog.ts";
import { scratchFolder } from "../cli/noisegeo.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());
const place = (...parts: string[]) => join(folder.path, ...parts);

describe("writeFileAtomically", () => {
  test("makes folders, replaces whole files and leaves nothing else behind", async () => {
    await writeFileAtomically(place("a", "b", "file.txt"), "first, and longer");
    await writeFileAtomically(place("a", "b", "file.txt"), "second");
    expect(readFileSync(place("a", "b", "file.txt"), "utf8")).toBe("second");
    expect(readdirSync(place("a", "b"))).toEqual(["file.txt"]);
  });

  test("a place that cannot be written to is the caller's to mend", async () => {
    writeFileSync(place("plain"), "");
    mkdirSync(place("folder"));
    await expect(writeFileAtomically(place("plain", "file"), "")).rejects.toThrow(InputError);
    await expect(writeFileAtomically(place("folder"), "")).rejects.toThrow(
      /folder: expected a place to write to/,
    );
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("openTrialLog", () => {
  const key = { experiment: "demo", scale: "quick", seed: 1, version: "0" };
  const rows = [{ n: 3, value: 0.1, name: "a", empty: null, yes: true }];

  async function filled(path: string) {
    const log = await openTrialLog(path, key, false);
    await log.append({ label: "first", rows, seconds: 2, kernels: "wasm" });
    await log.append({ label: "second", rows: [], seconds: 3, kernels: "wasm" });
    await log.close();
  }

  test("resuming the same run gives back what was kept, to the bit, and goes on", async () => {
    const path = place("resume.jsonl");
    await filled(path);
    const again = await openTrialLog(path, key, true);
    expect([...again.known]).toEqual([
      ["first", rows],
      ["second", []],
    ]);
    expect(again.seconds).toBe(5);
    await again.append({ label: "third", rows, seconds: 1, kernels: "a BLAS" });
    await again.close();
    const last = await openTrialLog(path, key, true);
    expect([...last.known.keys()]).toEqual(["first", "second", "third"]);
    expect([...last.kernels.values()]).toEqual(["wasm", "wasm", "a BLAS"]);
    await last.close();
  });

  test("another seed, scale or version, or no wish to resume, starts anew", async () => {
    const path = place("anew.jsonl");
    for (const [other, resume] of [
      [{ ...key, seed: 2 }, true],
      [{ ...key, scale: "paper" }, true],
      [{ ...key, version: "1" }, true],
      [key, false],
    ] as const) {
      await filled(path);
      const log = await openTrialLog(path, other, resume);
      expect(log.known.size).toBe(0);
      await log.close();
    }
  });

  test("a line cut short by a crash, at any byte, costs that line and what follows, no more", async () => {
    const path = place("cut.jsonl");
    await filled(path);
    const whole = readFileSync(path);
    const lines = whole.toString("utf8").split("\n");
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const log = await openTrialLog(path, key, true);
      const complete = whole.subarray(0, length).toString("utf8").split("\n");
      const expected = complete.slice(1).filter((line, k) => line !== "" && line === lines[k + 1]).length;
      expect(log.known.size).toBe(expected);
      await log.close();
    }
  });
});
