import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { makeFolder } from "../../src/runs/makeFolder.ts";
import { noisegeo, scratchFolder } from "../cli/noisegeo.ts";

const scratch = scratchFolder();
const place = (...parts: string[]) => join(scratch.path, ...parts);
afterAll(() => scratch.remove());

describe("makeFolder", () => {
  test("makes what is missing and says where that began", async () => {
    expect(await makeFolder(place("a", "b", "c"))).toBe(place("a"));
    expect(statSync(place("a", "b", "c")).isDirectory()).toBe(true);
    expect(await makeFolder(place("a", "b", "c"))).toBeUndefined();
    expect(await makeFolder(place("a", "d"))).toBe(place("a", "d"));
    expect(await makeFolder("/")).toBeUndefined();
  });

  test("follows a link to a folder", async () => {
    mkdirSync(place("disk"));
    symlinkSync(place("disk"), place("link"));
    expect(await makeFolder(place("link", "run"))).toBe(place("link", "run"));
    expect(statSync(place("disk", "run")).isDirectory()).toBe(true);
  });

  test("ends under a link that leads nowhere, and names it", async () => {
    symlinkSync(place("cleared"), place("runs"));
    for (const path of [place("runs"), place("runs", "deep", "first")]) {
      const failure = await makeFolder(path).catch((error) => error);
      expect(failure).toBeInstanceOf(InputError);
      expect(failure.message).toBe(
        `${place("runs")}: expected a folder, got a link to ${place("cleared")}, which is none; make that folder or choose another place`,
      );
    }
    const { code, stderr } = await noisegeo(["reproduce", "decoupling", "--out", "runs/first"], {
      cwd: scratch.path,
    });
    expect(stderr).toMatch(/^noisegeo: .*runs: expected a folder, got a link to .*\n$/);
    expect(code).toBe(2);
  });

  test.skipIf(process.platform !== "linux")("ends where no folder can be made", async () => {
    await expect(makeFolder("/proc/nothing/here")).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("refuses files on the way, and in its place", async () => {
    writeFileSync(place("file"), "");
    await expect(makeFolder(place("file", "run"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(makeFolder(place("file"))).rejects.toMatchObject({ code: "EEXIST" });
  });

  test("many at once make it together, also where the folder above is removed meanwhile", async () => {
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(place("x", "y", "z"))));
    expect(statSync(place("x", "y", "z")).isDirectory()).toBe(true);
    for (let round = 0; round < 50; round++) {
      rmSync(place("x"), { recursive: true });
      const made = makeFolder(place("x", "y", "z"));
      for (let turn = 0; turn < round % 5; turn++) await setImmediate();
      await rm(place("x"), { recursive: true, force: true });
      expect(await made).toBe(place("x"));
      mkdirSync(place("x"), { recursive: true });
    }
  });
});
