/** Rows as run folders keep them, which anything may have happened to since they were written. */
type StoredCell = number | string | boolean | null;

/** Whether a value read from JSON is a row: an object of cells, without nesting. */
export function isStoredRow(value: unknown): value is Readonly<Record<string, StoredCell>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (cell) => cell === null || ["number", "string", "boolean"].includes(typeof cell),
  );
}
