import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";

type Cell = number | string | boolean | null;

/**
 * A table (columns of equal length) as a parquet file: numbers as DOUBLE, text as STRING, booleans as BOOLEAN, null kept as
 * null. Throws a RangeError where a column holds values of several types, and where one is not as long as the first.
 */
export function encodeParquet(table: Readonly<Record<string, readonly Cell[]>>): Uint8Array {
  const rows = Object.values(table)[0]?.length;
  for (const [name, { length }] of Object.entries(table)) {
    if (length !== rows) throw new RangeError(`column ${name}: expected ${rows} rows, got ${length}`);
  }
  const columnData = Object.entries(table).map(([name, data]) => ({
    name,
    data: [...data],
    type: columnType(name, data),
    nullable: true,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function columnType(name: string, data: readonly Cell[]): BasicType {
  const kinds = new Set(data.filter((cell) => cell !== null).map((cell) => typeof cell));
  if (kinds.size > 1)
    throw new RangeError(`column ${name}: expected values of one type, got ${[...kinds].join(" and ")}`);
  const types: Record<string, BasicType> = { string: "STRING", boolean: "BOOLEAN" };
  return types[[...kinds][0] ?? "number"] ?? "DOUBLE";
}
