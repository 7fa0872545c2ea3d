/**
 * Random access to bytes, on disk or in memory: all that the readers of array files ask of the platform.
 * Positions and lengths are in bytes and may exceed 4 GiB.
 */
import { fileProblem } from "../fileProblem.ts";
import { InputError } from "../inputError.ts";

/** Bytes at any position: of a file, of an array in memory, of a file that a page was given. */
export interface ByteSource {
  /** The path as the user gave it: for error messages. */
  readonly name: string;
  /** In bytes, as positions are. */
  readonly size: number;
  /**
   * Fills `target` with the bytes from `position` on. Throws an InputError where the source ends before that or cannot be
   * read.
   */
  read(position: number, target: Uint8Array): Promise<void>;
  /** Likewise, done when it returns; left out where the platform cannot (a page's files). */
  readonly readSync?: ReadSync;
  /** Waits for reads under way. Later reads throw a RangeError; closing twice is harmless. */
  close(): Promise<void>;
}

type ReadSync = (position: number, target: Uint8Array) => void;

export interface SyncByteSource extends ByteSource {
  readonly readSync: ReadSync;
}

/** The bytes themselves (not copied), under a name for error messages. */
export function fromBytes(bytes: Uint8Array, name: string): SyncByteSource {
  let content: Uint8Array | undefined = bytes;
  const readSync: ReadSync = (position, target) => {
    if (content === undefined) throw closedSource(name);
    requireInside(name, content.length, position, target.length);
    target.set(content.subarray(position, position + target.length));
  };
  return {
    name,
    size: bytes.length,
    readSync,
    async read(position, target) {
      readSync(position, target);
    },
    async close() {
      content = undefined;
    },
  };
}

/** The `size` bytes of `source` from `position` on. Closing the range leaves `source` open. */
export function byteRange(
  source: SyncByteSource,
  position: number,
  size: number,
  name: string,
): SyncByteSource;
export function byteRange(source: ByteSource, position: number, size: number, name: string): ByteSource;
export function byteRange(source: ByteSource, position: number, size: number, name: string): ByteSource {
  const { readSync } = source;
  let closed = false;
  const requireOpen = (offset: number, length: number) => {
    if (closed) throw closedSource(name);
    requireInside(name, size, offset, length);
  };
  return {
    name,
    size,
    async read(offset, target) {
      requireOpen(offset, target.length);
      await source.read(position + offset, target);
    },
    ...(readSync && {
      readSync(offset: number, target: Uint8Array) {
        requireOpen(offset, target.length);
        readSync(position + offset, target);
      },
    }),
    async close() {
      closed = true;
    },
  };
}

/** The `size` bytes from `position` on, a few hundred KiB at a time, each piece in an array of its own. */
export async function* byteChunks(source: ByteSource, position: number, size: number) {
  for (let offset = 0; offset < size; offset += 2 ** 18) {
    const chunk = new Uint8Array(Math.min(2 ** 18, size - offset));
    await source.read(position + offset, chunk);
    yield chunk;
  }
}

/**
 * A file on disk (Node only). Reads may run side by side.
 * Throws an InputError where there is no such file, it is not a regular file, or it may not be read.
 */
export async function openFile(path: string): Promise<SyncByteSource> {
  const { open, stat } = await import(/* @vite-ignore */ "node:fs/promises");
  const calls = await import(/* @vite-ignore */ "node:fs");
  try {
    // Before opening: opening a named pipe would wait for its writer.
    if (!(await stat(path)).isFile()) {
      throw new InputError(
        `${path}: expected a regular file, got a directory or device; give the file itself`,
      );
    }
    const handle = await open(path, "r");
    const { size } = await handle.stat().catch(async (error) => {
      await handle.close();
      throw error;
    });
    return descriptorSource(path, size, handle.fd, calls, () => handle.close());
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(openingProblem(path, error));
  }
}

type ReadCalls = Pick<typeof import("node:fs"), "read" | "readSync">;

/**
 * Reads by descriptor and callback: a FileHandle's own `read` costs five times as much where thousands of small reads
 * run side by side.
 */
function descriptorSource(
  name: string,
  size: number,
  descriptor: number,
  { read, readSync }: ReadCalls,
  release: () => Promise<void>,
): SyncByteSource {
  let underWay = 0;
  let closing: Promise<void> | undefined;
  let idle = () => {};

  const fill = (position: number, target: Uint8Array, settle: (error?: InputError) => void) => {
    let filled = 0;
    const next = () => {
      const length = Math.min(target.length - filled, largestRead);
      read(descriptor, target, filled, length, position + filled, (error, bytesRead) => {
        filled += bytesRead;
        if (error) settle(new InputError(`${name}: cannot be read: ${fileProblem(error)}`));
        else if (filled === target.length) settle();
        else if (bytesRead === 0) settle(endedEarly(name, position + filled, position + target.length));
        else next();
      });
    };
    next();
  };

  return {
    name,
    size,
    read(position, target) {
      return new Promise((resolve, reject) => {
        if (closing !== undefined) throw closedSource(name);
        requireInside(name, size, position, target.length);
        underWay++;
        fill(position, target, (error) => {
          if (--underWay === 0) idle();
          if (error) reject(error);
          else resolve();
        });
      });
    },
    readSync(position, target) {
      if (closing !== undefined) throw closedSource(name);
      requireInside(name, size, position, target.length);
      for (let filled = 0; filled < target.length; ) {
        const length = Math.min(target.length - filled, largestRead);
        const bytesRead = bytesNow(readSync, name, descriptor, target, filled, length, position + filled);
        if (bytesRead === 0) throw endedEarly(name, position + filled, position + target.length);
        filled += bytesRead;
      }
    },
    close() {
      // Not before: the system may give the descriptor's number to another file as soon as it is closed.
      closing ??= new Promise<void>((resolve) => {
        idle = resolve;
        if (underWay === 0) resolve();
      }).then(release);
      return closing;
    },
  };
}

function bytesNow(
  readSync: ReadCalls["readSync"],
  name: string,
  ...call: [descriptor: number, target: Uint8Array, filled: number, length: number, position: number]
): number {
  try {
    return readSync(...call);
  } catch (error) {
    throw new InputError(`${name}: cannot be read: ${fileProblem(error)}`);
  }
}

/** The system reads at most 2³¹ − 1 bytes in one call. */
const largestRead = 2 ** 30;

function openingProblem(path: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return `${path}: no such file; check the path`;
  if (code === "EACCES" || code === "EPERM") return `${path}: may not be read; check its permissions`;
  return `${path}: cannot be opened: ${fileProblem(error)}`;
}

function closedSource(name: string): RangeError {
  return new RangeError(`${name} is closed`);
}

function requireInside(name: string, size: number, position: number, length: number): void {
  if (position + length > size) throw endedEarly(name, size, position + length);
}

function endedEarly(name: string, end: number, expected: number): InputError {
  return new InputError(`${name}: ends at byte ${end}, expected at least ${expected}; the file is cut short`);
}
