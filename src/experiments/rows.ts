import type { Row, Table } from "./experiment.ts";
import type { Point } from "./figure.ts";
import { estimate } from "./verdict.ts";

/** Rows whose fields equal those given. */
export function where(rows: readonly Row[], fields: Row): readonly Row[] {
  const wanted = Object.entries(fields);
  return rows.filter((row) => wanted.every(([name, value]) => row[name] === value));
}

/** The different values of a field, in order of first appearance. */
export function distinct<T extends number | string>(rows: readonly Row[], field: string): readonly T[] {
  return [...new Set(rows.map((row) => row[field] as T))];
}

/** A numeric field of every row. Throws a RangeError where it is missing or not a number. */
export function numbers(rows: readonly Row[], field: string): number[] {
  return rows.map((row) => {
    const value = row[field];
    if (typeof value !== "number") throw new RangeError(`field ${field}: expected a number, got ${value}`);
    return value;
  });
}

/** For every x: the mean of `field` over the rows with it, with its 95 % interval over seeds. */
export function meanPoints(rows: readonly Row[], x: string, field: string): readonly Point[] {
  return distinct<number>(rows, x).map((value) => {
    const { mean, low, high } = estimate(numbers(where(rows, { [x]: value }), field));
    return { x: value, y: mean, low, high };
  });
}

/** One number a seed: the mean of `field` over its rows, which share draws and so count once. */
export function perSeed(rows: readonly Row[], field: string): readonly number[] {
  return distinct<number>(rows, "seed").map((seed) => mean(numbers(where(rows, { seed }), field)));
}

/** Rows that agree in `fields`, in order of first appearance, each group named by the values: "linear, n = 16, not trained". */
export function groups(
  rows: readonly Row[],
  fields: readonly string[],
): readonly { readonly name: string; readonly rows: readonly Row[] }[] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const name = fields.map((field) => nameOf(field, row[field])).join(", ");
    const group = found.get(name);
    if (group) group.push(row);
    else found.set(name, [row]);
  }
  return [...found].map(([name, group]) => ({ name, rows: group }));
}

function nameOf(field: string, value: Row[string] | undefined): string {
  const symbol = { samples: "n", parameters: "p" }[field];
  if (typeof value === "boolean") return value ? field : `not ${field}`;
  return symbol ? `${symbol} = ${value}` : String(value);
}

/** Rows as columns, in the order of first appearance; a field that a row lacks is null. */
export function tableOf(rows: readonly Row[]): Table {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)]));
}

/** Arithmetic mean; NaN for none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Least-squares slope of y against x. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  let covariance = 0;
  let variance = 0;
  for (const [i, value] of x.entries()) {
    covariance += (value - meanX) * (y[i] - meanY);
    variance += (value - meanX) ** 2;
  }
  return covariance / variance;
}
