import { open, readFile } from "node:fs/promises";
import { encodeParquet } from "../../data/parquet.ts";
import { asReadingError, asWritingError } from "../../fileProblem.ts";
import { appendToLog, isAbsent, writeFileAtomically } from "../atomicFile.ts";
import { isStoredRow } from "../storedRow.ts";

/** One row of the metrics: numbers by column, null where a quantity was not measured or has no value. */
export interface MetricsRow {
  readonly step: number;
  readonly [column: string]: number | string | null;
}

/** metrics.jsonl: one JSON object a line, on disk as soon as it is measured. */
export interface MetricsLog {
  readonly rows: readonly MetricsRow[];
  append(row: MetricsRow): Promise<void>;
  close(): Promise<void>;
}

/** Opens the log for appending, keeping the rows of steps before `before`; rows after it, and a line cut short, are dropped. */
export async function openMetricsLog(path: string, before: number): Promise<MetricsLog> {
  const rows: MetricsRow[] = (await readMetrics(path)).filter(({ step }) => step < before);
  await writeFileAtomically(path, rows.map(line).join(""));
  try {
    const file = await open(path, "a");
    return {
      rows,
      async append(row) {
        await appendToLog(file, path, line(row));
        rows.push(row);
      },
      close: () => file.close(),
    };
  } catch (error) {
    throw asWritingError(path, error);
  }
}

/** The whole rows of a log, none where there is no log. */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return [];
    throw asReadingError(path, error);
  }
  const rows: MetricsRow[] = [];
  for (const part of text.split("\n")) {
    try {
      const row: unknown = JSON.parse(part);
      if (!isStoredRow(row) || !Number.isSafeInteger(row.step)) break;
      rows.push(row as MetricsRow);
    } catch {
      break;
    }
  }
  return rows;
}

/** The rows as a parquet file with these columns. */
export function encodeMetrics(rows: readonly MetricsRow[], columns: readonly string[]): Uint8Array {
  return encodeParquet(
    Object.fromEntries(columns.map((column) => [column, rows.map((row) => row[column] ?? null)])),
  );
}

function line(row: MetricsRow): string {
  return `${JSON.stringify(row)}\n`;
}
