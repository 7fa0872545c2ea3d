import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";

type Cell = number | string | boolean | null;

/**
 * A table (columns of equal length) as a parquet file: numbers as DOUBLE, text as STRING, booleans as BOOLEAN, null kept as
 * null. Throws a RangeError where a column holds values of several types, an Error where one is not as long as a first one
 * that has rows.
 */
export function encodeParquet(table: Readonly<Record<string, readonly Cell[]>>): Uint8Array {
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
