import { openKernels } from "../../linalg/kernels/select.ts";
import type { Cell, Json } from "../../runs/jobs/job.ts";
import { measurePoint } from "../measurePoint.ts";
import type { JobKind } from "./jobKind.ts";
import { type MeasureConfig, readMeasureConfig } from "./measureConfig.ts";
import { measureInputs } from "./measureInputs.ts";
import { measureTile, tileRow } from "./measureTile.ts";

/** Entries of a list that have a column. */
const listed = 5;

/** A measurement: the numbers of its document by their paths; of lists (eigenvalues, intervals) the first five. Or one tile of a large one. */
export const measureJob: JobKind = {
  async prepare(value, what) {
    const config = readMeasureConfig(value, what);
    const inputs = await measureInputs(config);
    return { config: JSON.parse(JSON.stringify(config)) as Json, inputs };
  },
  async run(value, { signal, onProgress }) {
    const config = value as unknown as MeasureConfig;
    const kernels = await openKernels({ threads: 1 });
    const { description } = kernels;
    try {
      if (config.tile) {
        const document = await measureTile(config, config.tile, { kernels, signal, onProgress });
        return { row: tileRow(document.tile), document: document as unknown as Json, kernels: description };
      }
      const startProgress = () => ({ update: onProgress, finish() {} });
      const { document } = await measurePoint(config, { kernels, signal, startProgress });
      signal.throwIfAborted();
      const { schema: _, undefined: reasons, ...numbers } = document;
      return {
        row: Object.fromEntries(cells(numbers as unknown as Json)),
        document: document as unknown as Json,
        kernels: description,
      };
    } finally {
      await kernels.close();
    }
  },
};

/** Scalars by their dotted paths. */
function cells(value: Json, path = ""): [string, Cell][] {
  if (value === null || typeof value !== "object") return [[path, value]];
  const entries = Array.isArray(value)
    ? value.slice(0, listed).map((entry, k) => [String(k), entry as Json] as const)
    : Object.entries(value as Readonly<Record<string, Json | undefined>>);
  return entries.flatMap(([key, entry]) =>
    entry === undefined ? [] : cells(entry, path === "" ? key : `${path}.${key}`),
  );
}
