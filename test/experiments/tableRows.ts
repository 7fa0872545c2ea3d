import type { Row, Table } from "../../src/experiments/experiment.ts";

/** The rows of a table that an experiment's run returns by columns. */
export function tableRows(table: Table): readonly Row[] {
  const columns = Object.entries(table);
  return (columns[0]?.[1] ?? []).map((_, i) =>
    Object.fromEntries(columns.map(([name, column]) => [name, column[i]])),
  );
}
