import type { RunDetails, RunSummary } from "../../../../src/serve/api.ts";
import { differing, fieldsOf } from "./configuration.ts";

interface Labelled {
  readonly summary: RunSummary;
  readonly config: RunDetails["manifest"]["config"] | undefined;
}

/** More fields make no name. */
const mostFields = 3;

/**
 * A name for each of the runs that are looked at together: that of its folder; where some are alike, as in a sweep, what differs in
 * the configurations; where that does not tell them apart either, the path.
 */
export function labelsOf(runs: readonly Labelled[]): readonly string[] {
  const names = runs.map(({ summary }) => summary.name);
  if (runs.length > 1 && areDistinct(names)) return names;
  const [only] = runs;
  if (runs.length === 1)
    return [only.summary.path.includes("/jobs/") ? only.summary.path : only.summary.name];
  const paths = runs.map(({ summary }) => summary.path);
  if (runs.some(({ config }) => config === undefined)) return paths;
  const fields = runs.map(({ config }) => fieldsOf(config!));
  const isSeed = (path: string) => Number(path.endsWith("seed"));
  const varied = differing(fields)
    .sort((a, b) => isSeed(a) - isSeed(b))
    .slice(0, mostFields);
  const short = (path: string) => path.split(".").at(-1);
  const words = fields.map((own) =>
    varied.map((path) => `${short(path)} ${own.get(path) ?? "none"}`).join(", "),
  );
  return areDistinct(words) ? words : paths;
}

function areDistinct(words: readonly string[]): boolean {
  return new Set(words).size === words.length && !words.includes("");
}
