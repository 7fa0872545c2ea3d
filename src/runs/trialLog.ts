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

interface LoggedTrial {
  readonly label: string;
  readonly rows: readonly StoredRow[];
  readonly seconds: number;
  /** Description of what computed the rows. */
  readonly kernels: string;
}

export interface TrialLog {
  /** Rows kept by label. */
  readonly known: ReadonlyMap<string, readonly StoredRow[]>;
  /** What computed them, by label: a log may be gone on with on another machine. */
  readonly kernels: ReadonlyMap<string, string>;
  /** Time that the kept trials took when they were measured. */
  readonly seconds: number;
  /** On disk when the promise settles. */
  append(trial: LoggedTrial): Promise<void>;
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
      kernels: new Map(kept.map(({ label, kernels }) => [label, kernels])),
      seconds: kept.reduce((sum, { seconds }) => sum + seconds, 0),
      async append({ label, rows, seconds, kernels }) {
        await appendToLog(file, path, line({ label, rows, seconds, kernels } satisfies LoggedTrial));
      },
      close: () => file.close(),
    };
  } catch (error) {
    throw asWritingError(path, error);
  }
}

async function readLog(path: string, key: TrialLogKey): Promise<LoggedTrial[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asReadingError(path, error);
  }
  const [first, ...rest] = text.split("\n");
  if (first !== JSON.stringify(key)) return [];
  const entries: LoggedTrial[] = [];
  for (const line of rest) {
    const entry = parsed(line);
    if (!entry) break;
    entries.push(entry);
  }
  return entries;
}

function parsed(line: string): LoggedTrial | undefined {
  try {
    const value = JSON.parse(line) as Partial<LoggedTrial>;
    const complete =
      typeof value.label === "string" &&
      Array.isArray(value.rows) &&
      value.rows.every(isStoredRow) &&
      Number.isFinite(value.seconds) &&
      typeof value.kernels === "string";
    return complete ? (value as LoggedTrial) : undefined;
  } catch {
    return undefined;
  }
}
