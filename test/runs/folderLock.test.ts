import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { createStream } from "../../src/random/index.ts";
import { withFolderLocked } from "../../src/runs/folderLock.ts";
import { readHolder, thisProcess } from "../../src/runs/lockHolder.ts";
import { scratchFolder } from "../cli/noisegeo.ts";

const scratch = scratchFolder();
afterAll(scratch.remove);
const place = (...parts: string[]) => join(scratch.path, ...parts);
const locksIn = (folder: string) => readdirSync(folder).filter((name) => name.includes(".lock"));

/** A folder with a lock that an earlier command has left. */
function leftBehind(name: string, holder: object | string): string {
  mkdirSync(place(name));
  writeFileSync(
    place(name, "noisegeo-7.lock"),
    typeof holder === "string" ? holder : JSON.stringify({ ...thisProcess("noisegeo train"), ...holder }),
  );
  return place(name);
}
const ended = spawnSync(process.execPath, ["--eval", ""]).pid;
const refused = async (folder: string) => {
  const error = await withFolderLocked(folder, "noisegeo sweep", async () => {}).catch((error) => error);
  expect(error).toBeInstanceOf(InputError);
  return error.message as string;
};

describe("one command at a time", () => {
  test("the second is told who the first is; afterwards the folder is free", async () => {
    const folder = place("runs", "a");
    const value = await withFolderLocked(folder, "noisegeo train", async () => {
      expect(await refused(folder)).toMatch(
        new RegExp(
          `^${folder}: expected a folder that no other command works in, got one of noisegeo train \\(process ${process.pid} on ${hostname()}, since [-\\dT:.]+Z\\); wait for its end, or choose another folder with --out$`,
        ),
      );
      writeFileSync(join(folder, "result"), "1");
      return 3;
    });
    expect(value).toBe(3);
    expect(readdirSync(folder)).toEqual(["result"]);
    expect(await withFolderLocked(folder, "noisegeo train", async () => 4)).toBe(4);
  });

  test("work that fails frees the folder, and leaves none where there was none", async () => {
    const fail = () => Promise.reject(new Error("no data"));
    await expect(withFolderLocked(place("x", "y", "z"), "noisegeo train", fail)).rejects.toThrow("no data");
    expect(existsSync(place("x"))).toBe(false);
    mkdirSync(place("empty"));
    await expect(withFolderLocked(place("empty"), "noisegeo train", fail)).rejects.toThrow("no data");
    expect(readdirSync(place("empty"))).toEqual([]);
  });

  test("of many at once exactly one, also where all of them find a lock left behind", async () => {
    for (let round = 0; round < 20; round++) {
      const folder = leftBehind(
        `many-${round}`,
        round % 2 ? { pid: ended } : { pid: ended, start: undefined },
      );
      let inside = 0;
      let most = 0;
      let settled = 0;
      const contenders = Array.from({ length: 12 }, async () => {
        try {
          await withFolderLocked(folder, "noisegeo train", async () => {
            most = Math.max(most, ++inside);
            while (settled < 11) await setTimeout(1);
            inside--;
          });
          return "held";
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return "refused";
        } finally {
          settled++;
        }
      });
      expect((await Promise.all(contenders)).filter((end) => end === "held")).toHaveLength(1);
      expect(most).toBe(1);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test("never two, whenever they come and go", async () => {
    const folder = leftBehind("busy", { pid: ended });
    const stream = createStream(8).split("locks");
    let inside = 0;
    let held = 0;
    const contender = async () => {
      for (let time = 0; time < 40; time++) {
        await setTimeout(8 * stream.uniform());
        await withFolderLocked(folder, "noisegeo train", async () => {
          expect(++inside).toBe(1);
          await setTimeout(2 * stream.uniform());
          inside--;
          held++;
        }).catch((error) => {
          if (!(error instanceof InputError)) throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: 8 }, contender));
    expect(held).toBeGreaterThan(20);
    expect(locksIn(folder)).toEqual([]);
  });
});

describe("a lock that was left behind", () => {
  test("of a process that has ended: taken over", async () => {
    const folder = leftBehind("ended", { pid: ended });
    await withFolderLocked(folder, "noisegeo sweep", async () => {
      expect(locksIn(folder)).toEqual(["noisegeo-8.lock"]);
      const text = readFileSync(join(folder, "noisegeo-8.lock"), "utf8");
      expect(readHolder(text)).toMatchObject({
        command: "noisegeo sweep",
        pid: process.pid,
        host: hostname(),
      });
    });
    expect(locksIn(folder)).toEqual([]);
  });

  // elsewhere the system does not say when a process began
  test.skipIf(process.platform !== "linux")(
    "whose number is another process's by now: taken over",
    async () => {
      const { start } = thisProcess("");
      expect(start).toMatch(/^[\da-f-]{36}\/\d+$/);
      const folder = leftBehind("reused", { start: `${start}0` });
      await withFolderLocked(folder, "noisegeo sweep", async () => {});
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("of another host: kept, with the word how to remove it", async () => {
    const folder = leftBehind("elsewhere", { pid: ended, host: "node17" });
    expect(await refused(folder)).toMatch(
      /got one of noisegeo train \(process \d+ on node17, since .*; if nothing works there any more, remove .*elsewhere\/noisegeo-7\.lock$/,
    );
    expect(locksIn(folder)).toEqual(["noisegeo-7.lock"]);
  });

  test.each(["", "{", "null", '{"pid":-1,"host":"h"}', '{"pid":0}', "[]"])(
    "that does not say whose (%j): kept, with the word how to remove it",
    async (text) => {
      const folder = leftBehind(`unreadable-${text.length}`, text);
      expect(await refused(folder)).toMatch(
        /got one with a lock that does not say whose; if nothing works there any more, remove .*\.lock$/,
      );
    },
  );

  test("other files are no locks", async () => {
    mkdirSync(place("others"));
    const names = ["noisegeo-.lock", "noisegeo-1.lock.tmp", "my-noisegeo-1.lock", "noisegeo-x.lock"];
    for (const name of names) writeFileSync(place("others", name), "{");
    await withFolderLocked(place("others"), "noisegeo train", async () => {});
    expect(readdirSync(place("others")).sort()).toEqual(names.sort());
  });
});

test("a place that cannot be written to is said as such", async () => {
  writeFileSync(place("file"), "");
  for (const folder of [place("file"), place("file", "below")]) {
    expect(await refused(folder)).toMatch(
      /: expected a place to write to, got a file where a folder is needed; choose/,
    );
  }
});
