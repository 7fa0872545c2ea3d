import { formatNumber, formatSeconds } from "../../../../src/report/numbers.ts";
import type { ReproductionSummary, RunSummary, Summary, SweepSummary } from "../../../../src/serve/api.ts";

/** What the folder holds, by kind; runs of a sweep are reached through it. */
export interface Entries {
  readonly runs: readonly RunSummary[];
  readonly sweeps: readonly SweepSummary[];
  readonly reproductions: readonly ReproductionSummary[];
}

export function entriesOf(all: readonly Summary[]): Entries {
  const sweeps = all.filter((entry) => entry.kind === "sweep");
  const outside = all.filter((entry) => !sweeps.some((sweep) => isInside(entry, sweep)));
  return {
    sweeps,
    runs: outside.filter((entry) => entry.kind === "run"),
    reproductions: outside.filter((entry) => entry.kind === "reproduction"),
  };
}

export function isInside({ path }: Summary, sweep: Summary): boolean {
  return path.startsWith(insideOf(sweep));
}

/** The run of a sweep's job, where it has left one. */
export function runOfJob(all: readonly Summary[], sweep: Summary, job: string): RunSummary | undefined {
  const start = `${insideOf(sweep)}${job}/`;
  return all.find((entry): entry is RunSummary => entry.kind === "run" && entry.path.startsWith(start));
}

function insideOf({ path }: Summary): string {
  return path === "." ? "jobs/" : `${path}/jobs/`;
}

/** What was written to last, to begin with. */
export function newest({ runs, sweeps, reproductions }: Entries): Summary | undefined {
  return [...runs, ...sweeps, ...reproductions].reduce<Summary | undefined>(
    (latest, entry) => (latest === undefined || entry.changed > latest.changed ? entry : latest),
    undefined,
  );
}

/** The name of its folder, or the whole path where another one has that name too. */
export function nameOf(entry: Summary, others: readonly Summary[]): string {
  return others.some(({ id, name }) => id !== entry.id && name === entry.name) ? entry.path : entry.name;
}

/** "running, step 400 of 2,000". */
export function stateWords({ state, step, steps }: Pick<RunSummary, "state" | "step" | "steps">): string {
  if (state === "finished") return `finished, ${formatNumber(steps)} steps`;
  return `${state}${state === "running" ? "," : " at"} step ${formatNumber(step)} of ${formatNumber(steps)}`;
}

/** How long ago, by the server's clock. */
export function ago(changed: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(changed)) / 1000));
  if (seconds < 3) return "just now";
  if (seconds < 172_800) return `${formatSeconds(seconds).replace(/^(\d)\.0 s$/, "$1 s")} ago`;
  return `${formatNumber(Math.round(seconds / 86_400))} days ago`;
}

/** Seconds after which a run that says it is running is suspected to have been killed. */
const silence = 60;

export function isSilent({ changed }: Summary, now: number): boolean {
  return now - Date.parse(changed) > 1000 * silence;
}
