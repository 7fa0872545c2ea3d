import { open, readFile } from "node:fs/promises";
import { asReadingError, asWritingError } from "../fileProblem.ts";
import { appendToLog, writeFileAtomically } from "./atomicFile.ts";
import { isStoredRow } from "./storedRow.ts";

/** A row as it is kept: JSON without nesting. */
type StoredRow = Readonly<Record<string, number | string | boolean | null>>;

/** What makes two runs of an experiment the same: rows of one count for the other. */
export interface TrialLogKey {
  readonly experiment: string;
  readonly scale: string;
  readonly seed: number;
  readonly version: string;
}

export interface TrialLog {
  /** Rows kept by label. */
  readonly known: ReadonlyMap<string, readonly StoredRow[]>;
  /** Time that the kept trials took when they were measured. */
  readonly seconds: number;
  /** On disk when the promise settles. */
  append(label: string, rows: readonly StoredRow[], seconds: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The finished trials of an experiment, one JSON line each, so that an interrupted run goes on where it stopped. With
 * `resume` the lines of an earlier run with the same key are kept (a last line that a crash cut short is dropped);
 * otherwise, or for another key, the log starts anew.
 */
export async function openTrialLog(path: string, key: TrialLogKey, resume: boolean): Promise<TrialLog> {
  const kept = resume ? await readLog(path, key) : [];
  const line = (entry: unknown) => `${JSON.stringify(entry)}\n`;
  // the kept part is put in place whole, so that a crash while resuming loses none of it either
  await writeFileAtomically(path, [key, ...kept].map(line).join(""));
  try {
    const file = await open(path, "a");
    return {
      known: new Map(kept.map(({ label, rows }) => [label, rows])),
      seconds: kept.reduce((sum, { seconds }) => sum + seconds, 0),
      async append(label, rows, seconds) {
        await appendToLog(file, path, line({ label, rows, seconds } satisfies Entry));
      },
      close: () => file.close(),
    };
  } catch (error) {
    throw asWritingError(path, error);
  }
}

interface Entry {
  readonly label: string;
  readonly rows: readonly StoredRow[];
  readonly seconds: number;
}

async function readLog(path: string, key: TrialLogKey): Promise<Entry[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asReadingError(path, error);
  }
  const [first, ...rest] = text.split("\n");
  if (first !== JSON.stringify(key)) return [];
  const entries: Entry[] = [];
  for (const line of rest) {
    const entry = parsed(line);
    if (!entry) break;
    entries.push(entry);
  }
  return entries;
}

function parsed(line: string): Entry | undefined {
  try {
    const value = JSON.parse(line) as Partial<Entry>;
    const complete =
      typeof value.label === "string" &&
      Array.isArray(value.rows) &&
      value.rows.every(isStoredRow) &&
      Number.isFinite(value.seconds);
    return complete ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}
