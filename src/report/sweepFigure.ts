import type { Row } from "../experiments/experiment.ts";
import type { Figure, Layer, Point } from "../experiments/figure.ts";
import { distinct, where } from "../experiments/rows.ts";
import { estimate } from "../experiments/verdict.ts";
import { InputError } from "../inputError.ts";

/** Columns of the table to draw. */
export interface SweepAxes {
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly series?: string | undefined;
}

/** Columns that a figure shows where the sweep does not say: the first that there is. */
const preferred = ["lossAlignment.covariance", "lossAlignment", "testAccuracy", "loss", "checksThatHold"];
/** More curves than these cannot be told apart. */
const mostSeries = 8;

/**
 * What came out against what was varied: means over the jobs that agree in both columns, with 95 % intervals where there are several.
 * Runs that diverged are left out: what was measured last there lies before the end.
 * Undefined where nothing that was varied or came out is a number. Throws an InputError for a column that is not there.
 * @param fields the columns that were varied
 */
export function sweepFigure(
  rows: readonly Row[],
  fields: readonly string[],
  wanted: SweepAxes | undefined,
): Figure | undefined {
  const done = rows.filter(({ status }) => status === "done");
  const isNumeric = (name: string) => done.some((row) => typeof row[name] === "number");
  const columns = [...new Set(done.flatMap((row) => Object.keys(row)))];
  for (const name of Object.values(wanted ?? {})) {
    if (name === undefined || done.length === 0 || columns.includes(name)) continue;
    throw new InputError(
      `figure: expected one of the columns ${columns.join(", ")}, got ${name}; the table is written, change the figure and run again`,
    );
  }
  const x = wanted?.x ?? fields.find((name) => name !== "seed" && isNumeric(name));
  const y = wanted?.y ?? preferred.find((name) => columns.includes(name) && isNumeric(name));
  if (x === undefined || y === undefined) return undefined;
  const series = wanted?.series ?? fields.find((name) => name !== "seed" && name !== x && varies(done, name));
  const ended = done.filter(({ outcome }) => outcome !== "diverged");
  const shown = ended.filter((row) => typeof row[x] === "number" && typeof row[y] === "number");
  if (shown.length === 0) return undefined;
  const diverged = done.length - ended.length;
  const names = series === undefined ? [null] : distinct<string | number>(shown, series).slice(0, mostSeries);
  return {
    id: "summary",
    title: `${y} against ${x}`,
    caption: `Each point is the mean over the jobs with its values${series === undefined ? "" : ` of ${x} and ${series}`}; bars are 95 % Student intervals where there are several. ${done.length} of ${rows.length} jobs are done${diverged === 0 ? "" : `, of which ${diverged} diverged and are left out`}.`,
    panels: [
      {
        x: { label: x, scale: spansDecades(shown.map((row) => row[x] as number)) ? "log" : "linear" },
        y: { label: y, scale: "linear" },
        layers: names.map((name): Layer => {
          const own = series === undefined || name === null ? shown : where(shown, { [series]: name });
          return {
            kind: "points",
            series: name === null ? y : `${series} = ${name}`,
            points: points(own, x, y),
            joined: true,
          };
        }),
      },
    ],
  };
}

function points(rows: readonly Row[], x: string, y: string): Point[] {
  return distinct<number>(rows, x)
    .toSorted((a, b) => a - b)
    .map((value) => {
      const values = where(rows, { [x]: value }).map((row) => row[y] as number);
      const { mean, low, high } = estimate(values);
      return { x: value, y: mean, ...(values.length > 1 && { low, high }) };
    });
}

function varies(rows: readonly Row[], name: string): boolean {
  return new Set(rows.map((row) => row[name])).size > 1;
}

/** Positive and over a factor of 10 or more: a learning rate, a batch size. */
function spansDecades(values: readonly number[]): boolean {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high / low >= 10;
}
