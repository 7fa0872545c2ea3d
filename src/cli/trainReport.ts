import pc from "picocolors";
import { format } from "../report/measurement/reading.ts";
import type { MetricsRow } from "../runs/train/metricsLog.ts";
import type { TrainResult } from "../runs/train/trainRun.ts";
import type { MemoryUse } from "./memoryUse.ts";
import { duration } from "./progress.ts";

/** What `noisegeo train --json` writes. */
interface TrainDocument {
  readonly schema: 1;
  readonly folder: string;
  readonly steps: number;
  /** Over all sessions of the run. */
  readonly seconds: number;
  /** The last row of the metrics. */
  readonly final: MetricsRow | null;
  /** With --memory. */
  readonly memory?: MemoryUse;
  /** Reasons for values of the final row that are undefined, by path. */
  readonly undefined: Readonly<Record<string, string>>;
}

export function trainDocument(
  folder: string,
  { manifest, rows }: TrainResult,
  memory?: MemoryUse,
): TrainDocument {
  const last = rows[rows.length - 1];
  const { undefined: _reasons, ...final } = last ?? {};
  return {
    schema: 1,
    folder,
    steps: manifest.step,
    seconds: manifest.seconds,
    final: last ? ({ ...final } as MetricsRow) : null,
    ...(memory && { memory }),
    undefined: Object.fromEntries(
      (last ? reasonsOf(last) : []).map(([column, reason]) => [`final.${column}`, reason]),
    ),
  };
}

/** What `noisegeo train` prints for people: where the run began and where it ended. */
export function trainTable(folder: string, { manifest, rows }: TrainResult): string {
  const { data, parameters, step, seconds } = manifest;
  const shown = rows.length > 1 ? [rows[0], rows[rows.length - 1]] : rows;
  const columns = Object.keys(rows[0] ?? {}).filter((column) => !["step", "undefined"].includes(column));
  const width = Math.max(0, ...columns.map((column) => column.length)) + 2;
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(14)).join("");
  const reasons = shown.flatMap((row) =>
    columnsByReason(row).map(([reason, [first, ...others]]) => {
      const columns = others.length === 0 ? first : `${first} and ${others.length} more`;
      return pc.yellow(`undefined at step ${row.step}: ${columns}: ${reason}`);
    }),
  );
  return `${[
    pc.bold(`Trained ${parameters} parameters on ${data}`),
    `${step} steps in ${duration(seconds)}`,
    "",
    pc.dim(
      line(
        "",
        shown.map((row) => `step ${row.step}`),
      ),
    ),
    ...columns.map((column) =>
      line(
        column,
        shown.map((row) => cell(row[column])),
      ),
    ),
    "",
    ...reasons,
    folder,
  ].join("\n")}\n`;
}

/** The columns of a row that have no value, each with the reason. */
function reasonsOf(row: MetricsRow): readonly (readonly [column: string, reason: string])[] {
  if (typeof row.undefined !== "string") return [];
  return row.undefined.split("\n").map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
}

/** Each reason once, with the columns that it is the reason of. */
function columnsByReason(row: MetricsRow): readonly (readonly [reason: string, columns: string[]])[] {
  const columns = new Map<string, string[]>();
  for (const [column, reason] of reasonsOf(row)) {
    columns.set(reason, [...(columns.get(reason) ?? []), column]);
  }
  return [...columns];
}

function cell(value: MetricsRow[string]): string {
  return typeof value === "number" ? format(value) : (value ?? "–");
}
