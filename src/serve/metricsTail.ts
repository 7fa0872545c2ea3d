import type { FileHandle } from "node:fs/promises";
import type { ApiMetricsRow, MetricsPart } from "./api.ts";
import { openWithin } from "./servedFolder.ts";

/** Bytes of one answer: some ten thousand rows. */
const longest = 4 * 2 ** 20;
const newline = 0x0a;

/** Whether it looks like a cursor that `readMetricsAfter` has given out. */
export function isCursor(text: string): boolean {
  return /^\d{1,20}-\d{1,15}$/.test(text);
}

/**
 * The whole rows of a run's metrics.jsonl after a cursor, all of them without one; only the new part of the file is read. The cursor
 * holds which file it was and how far it was read: a resumed run puts another in its place, and rows then begin anew
 * (`fromStart`). As in `readMetrics`, a line that is no row ends the log.
 * @param root the folder served, a real path
 * @param names of the run's folder below it
 */
export async function readMetricsAfter(
  root: string,
  names: readonly string[],
  cursor: string | undefined,
  limit = longest,
): Promise<MetricsPart> {
  const file = await openWithin(root, [...names, "metrics.jsonl"], { ".jsonl": "" });
  if (!file) return { schema: 1, rows: [], cursor: "0-0", fromStart: true, complete: true };
  try {
    const { ino, size } = await file.handle.stat({ bigint: true });
    const start = await knownStart(file.handle, cursor, ino, Number(size));
    const bytes = await readAt(file.handle, start, Math.min(Number(size) - start, limit));
    const { rows, used, ended } = wholeRows(bytes);
    return {
      schema: 1,
      rows,
      cursor: `${ino}-${start + used}`,
      fromStart: start === 0,
      complete: ended || start + bytes.length === Number(size) || used === 0,
    };
  } finally {
    await file.handle.close();
  }
}

/** Step of the last whole row, undefined where there is none; reads the end of the file only. */
export async function lastStep(root: string, names: readonly string[]): Promise<number | undefined> {
  const file = await openWithin(root, [...names, "metrics.jsonl"], { ".jsonl": "" });
  if (!file) return undefined;
  try {
    const start = Math.max(0, file.bytes - 2 ** 16);
    const bytes = await readAt(file.handle, start, file.bytes - start);
    const first = start === 0 ? 0 : bytes.indexOf(newline) + 1;
    return wholeRows(bytes.subarray(first)).rows.at(-1)?.step;
  } finally {
    await file.handle.close();
  }
}

/** Where to go on: 0 where the cursor is of another file or of no beginning of a line. */
async function knownStart(
  handle: FileHandle,
  cursor: string | undefined,
  ino: bigint,
  size: number,
): Promise<number> {
  const [file, offset] = (cursor ?? "0-0").split("-");
  const start = Number(offset);
  if (BigInt(file) !== ino || start === 0 || start > size) return 0;
  const [before] = await readAt(handle, start - 1, 1);
  return before === newline ? start : 0;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function wholeRows(bytes: Buffer): {
  readonly rows: readonly ApiMetricsRow[];
  readonly used: number;
  /** A line that is no row was met. */
  readonly ended: boolean;
} {
  const rows: ApiMetricsRow[] = [];
  let used = 0;
  for (;;) {
    const end = bytes.indexOf(newline, used);
    if (end === -1) return { rows, used, ended: false };
    const row = rowOf(bytes.toString("utf8", used, end));
    if (!row) return { rows, used, ended: true };
    rows.push(row);
    used = end + 1;
  }
}

function rowOf(line: string): ApiMetricsRow | undefined {
  try {
    const row = JSON.parse(line) as ApiMetricsRow | null;
    return typeof row?.step === "number" ? row : undefined;
  } catch {
    return undefined;
  }
}
