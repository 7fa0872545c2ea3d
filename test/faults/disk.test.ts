/** No room, and nowhere to write: one line and exit code 2, and a run goes on when there is room again. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noisegeo, type Outcome, scratchFolder } from "../cli/noisegeo.ts";
import { contentOf, smallRun, writeClasses } from "../runs/trainFixtures.ts";

const scratch = scratchFolder();
const place = (...parts: string[]) => join(scratch.path, ...parts);
const disk = place("disk");

const system = (tool: string, words: readonly string[]) => execFileSync(tool, words, { stdio: "ignore" });

/** Small disks are made in memory, which takes the right to mount. */
function mounted(): boolean {
  mkdirSync(disk);
  try {
    system("mount", ["-t", "tmpfs", "-o", "size=60k", "tmpfs", disk]);
    return true;
  } catch {
    rmdirSync(disk);
    return false;
  }
}
const remount = (options: string) => system("mount", ["-o", `remount,${options}`, disk]);
const mountable = mounted();

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  const long = smallRun.replace("steps: 40", "steps: 800").replace("every: 8", "every: 200");
  writeFileSync(place("run.yaml"), long);
  writeFileSync(place("sweep.yaml"), "command: train\nconfig: run.yaml\ndesign: { grid: { seed: [1] } }\n");
});
afterAll(() => {
  if (mountable) system("umount", [disk]);
  scratch.remove();
});

const run = (...words: string[]) => noisegeo(words, { cwd: scratch.path });

/** In its last line: lines of progress may stand before it. */
function expectNoPlace({ code, stdout, stderr }: Outcome, reason: RegExp): void {
  expect(code, stderr).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/^ +at /m);
  const last = stderr.trimEnd().split("\n").at(-1);
  expect(last).toMatch(
    /^noisegeo: \S+: expected a place to write to, got [\w -]+; choose another or make room$/,
  );
  expect(last).toMatch(reason);
}

describe.skipIf(!mountable)("a disk (skipped where none can be mounted)", () => {
  test("that is full: a run goes on where it stopped when there is room", async () => {
    expect((await run("train", "run.yaml", "--out", "whole")).code).toBe(0);
    const words = ["train", "run.yaml", "--resume", "--out", "disk/run"];
    expectNoPlace(await run(...words), /a full disk/);
    // and once more, with no room at all
    expectNoPlace(await run(...words), /a full disk/);
    for (const others of [
      ["sweep", "sweep.yaml", "--out", "disk/sweep"],
      ["reproduce", "decoupling", "--out", "disk/reproduction"],
    ]) {
      expectNoPlace(await run(...others), /a full disk/);
    }
    remount("size=4m");
    const { code, stderr } = await run(...words);
    expect(code, stderr).toBe(0);
    expect(contentOf(place("disk", "run"), 200)).toEqual(contentOf(place("whole"), 200));
  });

  test("that is read-only", async () => {
    remount("size=4m,ro");
    for (const words of [
      ["train", "run.yaml", "--out", "disk/other"],
      ["train", "run.yaml", "--resume", "--out", "disk/run"],
      ["sweep", "sweep.yaml", "--out", "disk/other"],
      ["reproduce", "decoupling", "--out", "disk/other"],
    ]) {
      expectNoPlace(await run(...words), /a read-only disk|no such file or folder/);
    }
  });
});
