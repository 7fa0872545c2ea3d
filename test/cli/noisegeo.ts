import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const preload = new URL("./atWrite.mjs", import.meta.url);

export interface Outcome {
  readonly code: number | null;
  /** What ended it, where it did not end by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command does to itself when one of its threads begins to write a file. */
export interface AtWrite {
  /** Of the file's path. */
  readonly file: RegExp;
  /** The first by default; what is put in place whole is one write, and so is each row that is appended. Every thread counts its own. */
  readonly write?: number;
  /** Sent to the process. */
  readonly signal?: NodeJS.Signals;
  /** Milliseconds until it is sent. */
  readonly after?: number;
  /** Whether it is sent once more as soon as it has arrived. */
  readonly again?: boolean;
  /** A file, a whole path: until it is there, the thread stands still. */
  readonly until?: string;
}

/** For a command's environment, and for that of whatever it starts. */
export function atWrite({ file, write = 1, ...rest }: AtWrite): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${preload}`,
    NOISEGEO_AT_WRITE: JSON.stringify({ file: file.source, write, ...rest }),
  };
}

export interface Options {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process while it runs. */
  readonly whileRunning?: (child: { readonly pid: number; interrupt(): void }) => void;
}

/** Runs the built command as a user would and waits for its end. */
export function noisegeo(
  words: readonly string[],
  { cwd, env = {}, whileRunning }: Options,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...words], {
      cwd,
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    if (child.pid !== undefined) whileRunning?.({ pid: child.pid, interrupt: () => child.kill("SIGINT") });
  });
}

/** A folder of its own for a test file, and how to remove it. */
export function scratchFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "noisegeo-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
