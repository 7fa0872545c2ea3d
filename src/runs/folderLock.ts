/**
 * One command at a time in a folder. A lock is a file noisegeo-N.lock that says who holds it. One that a kill has left behind is known
 * by its process, not by a clock, and the next number takes its place.
 */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { constants, copyFile, link, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { asWritingError } from "../fileProblem.ts";
import { InputError } from "../inputError.ts";
import { isAbsent } from "./atomicFile.ts";
import { isOfThisHost, type LockHolder, mayBeRunning, readHolder, thisProcess } from "./lockHolder.ts";
import { makeFolder } from "./makeFolder.ts";

interface Lock {
  readonly number: number;
  readonly path: string;
  /** Undefined where the file does not say. */
  readonly holder: LockHolder | undefined;
}

/**
 * Does `work` while no other process on this host or another may begin in the same folder, which is made where there is none, and
 * taken away again where `work` left it empty. Throws an InputError that names the holder where there is one.
 * @param command for people: "noisegeo train"
 */
export async function withFolderLocked<T>(
  folder: string,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  const made = await makeFolder(folder).catch((error) => {
    throw asWritingError(folder, error);
  });
  try {
    const path = await lock(folder, thisProcess(command));
    const stopWatching = removeWhenProcessEnds(path);
    try {
      return await work();
    } finally {
      stopWatching();
      // where it cannot be removed, it is stale as soon as this process has ended
      await rm(path, { force: true }).catch(() => {});
    }
  } finally {
    await removeEmptyFolders(folder, made);
  }
}

async function lock(folder: string, holder: LockHolder): Promise<string> {
  for (;;) {
    const before = await locksIn(folder);
    refuseHeld(folder, before);
    const number = (before.at(-1)?.number ?? 0) + 1;
    const path = join(folder, `noisegeo-${number}.lock`);
    // another process was faster: the next look shows it
    if (!(await create(path, holder))) continue;
    // of two processes that looked before either had a file, at least one sees the other now
    const others = (await locksIn(folder)).filter((other) => other.number !== number);
    try {
      refuseHeld(folder, others);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    for (const stale of others) await rm(stale.path, { force: true }).catch(() => {});
    return path;
  }
}

/** By their numbers. */
async function locksIn(folder: string): Promise<Lock[]> {
  const locks: Lock[] = [];
  try {
    for (const name of await readdir(folder)) {
      const number = Number(/^noisegeo-(\d{1,15})\.lock$/.exec(name)?.[1]);
      if (Number.isNaN(number)) continue;
      const path = join(folder, name);
      const text = await readFile(path, "utf8").catch((error) => {
        // its holder has ended in between
        if (isAbsent(error)) return undefined;
        throw error;
      });
      if (text !== undefined) locks.push({ number, path, holder: readHolder(text) });
    }
  } catch (error) {
    throw asWritingError(folder, error);
  }
  return locks.sort((a, b) => a.number - b.number);
}

function refuseHeld(folder: string, locks: readonly Lock[]): void {
  const held = locks.find(({ holder }) => !holder || mayBeRunning(holder));
  if (!held) return;
  const { holder, path } = held;
  const expected = `${folder}: expected a folder that no other command works in, got one`;
  const wait = "wait for its end, or choose another folder with --out";
  if (!holder) throw new InputError(`${expected} with a lock that does not say whose; ${gone(path)}`);
  const { command, pid, host, since } = holder;
  throw new InputError(
    `${expected} of ${command} (process ${pid} on ${host}, since ${since}); ${wait}${isOfThisHost(holder) ? "" : `; ${gone(path)}`}`,
  );
}

function gone(path: string): string {
  return `if nothing works there any more, remove ${path}`;
}

/** False where there is such a file. It has its content from the start, so that nobody reads half of it. */
async function create(path: string, holder: LockHolder): Promise<boolean> {
  const text = `${JSON.stringify(holder)}\n`;
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text);
    await link(temporary, path).catch((error) => {
      // some disks have no links
      if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes(error.code)) throw error;
      return copyFile(temporary, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw asWritingError(path, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** Also where the process ends at once or by a signal: a lock of another host would have to be removed by hand. */
function removeWhenProcessEnds(path: string): () => void {
  const remove = () => {
    try {
      rmSync(path, { force: true });
    } catch {}
  };
  const end = (signal: NodeJS.Signals) => {
    remove();
    // nobody listens any more: it ends the process as it would have done
    process.kill(process.pid, signal);
  };
  const signals = ["SIGTERM", "SIGHUP"] as const;
  process.once("exit", remove);
  for (const signal of signals) process.once(signal, end);
  return () => {
    process.off("exit", remove);
    for (const signal of signals) process.off(signal, end);
  };
}

async function removeEmptyFolders(folder: string, made: string | undefined): Promise<void> {
  for (let path = resolve(folder); made !== undefined && path.length >= made.length; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch {
      return;
    }
  }
}
