/** What `noisegeo explore DIR` answers (docs/explore.md): types only, so that a page can import them. */

/** Of every JSON answer; a change that breaks readers counts it up. */
export interface Versioned {
  readonly schema: 1;
}

/** Where nothing or nothing allowed was asked for. */
export interface ApiError extends Versioned {
  readonly error: string;
}

/** GET /api/runs: all that is in the folder, what changed last first. */
export interface RunList extends Versioned {
  readonly version: string;
  readonly runs: readonly Summary[];
  /** Paths of runs and sweeps whose manifest cannot be read: damaged, or of a version with another format. */
  readonly unreadable: readonly string[];
}

export type Summary = RunSummary | SweepSummary | ReproductionSummary;

interface Entry {
  /** Names it in every other address; the same as long as it lies in the same place of the folder served. */
  readonly id: string;
  /** Of its folder. */
  readonly name: string;
  /** From the folder served, with slashes; "." for that folder itself. */
  readonly path: string;
  /** ISO 8601: when its files were last written to. */
  readonly changed: string;
}

/** A folder of `noisegeo train`. */
export interface RunSummary extends Entry {
  readonly kind: "run";
  readonly data: string;
  /** Name of the architecture. */
  readonly model: string;
  readonly parameters: number;
  /** As the run itself has left it: one that was killed says "running" although `changed` stands still. */
  readonly state: RunState;
  /** Steps done, as far as the manifest and the last row tell. */
  readonly step: number;
  readonly steps: number;
}

type RunState = "running" | "interrupted" | "diverged" | "finished";

/** A folder of `noisegeo sweep`. Runs that its jobs have left lie below it, at PATH/jobs/JOB/…, and are listed as well. */
export interface SweepSummary extends Entry {
  readonly kind: "sweep";
  /** The command that its jobs are of. */
  readonly of: string;
  readonly jobs: number;
  readonly done: number;
  /** Given up; what is neither done nor failed is missing so far. */
  readonly failed: number;
}

/** A folder of `noisegeo reproduce`. */
export interface ReproductionSummary extends Entry {
  readonly kind: "reproduction";
  readonly experiments: readonly ExperimentSummary[];
}

export interface ExperimentSummary {
  readonly id: string;
  /** Null while there is no result. */
  readonly verdict: "holds" | "fails" | "inconclusive" | null;
}

/** GET /api/runs/ID */
export type Details = RunDetails | SweepDetails | ReproductionDetails;

export interface RunDetails extends Versioned {
  readonly summary: RunSummary;
  /** manifest.json, with the configuration in it. */
  readonly manifest: Readonly<Record<string, unknown>> & {
    readonly config: Readonly<Record<string, unknown>>;
  };
  readonly files: readonly ServedFile[];
}

export interface SweepDetails extends Versioned {
  readonly summary: SweepSummary;
  /** What varies from job to job. */
  readonly fields: readonly string[];
  /** Columns of the summary figure, where the sweep says which. */
  readonly figure: { readonly x: string; readonly y: string; readonly series?: string | undefined } | null;
  /** A row a job, in the order of the design: what results.parquet will hold. */
  readonly rows: readonly SweepTableRow[];
  readonly files: readonly ServedFile[];
}

/** `job`, `status` ("done", "failed" with `error`, or "missing"), the fields that vary, and what came out. */
export type SweepTableRow = Readonly<Record<string, number | string | boolean | null>>;

export interface ReproductionDetails extends Versioned {
  readonly summary: ReproductionSummary;
  /** result.json of every experiment that has one, by its id. */
  readonly results: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly files: readonly ServedFile[];
}

/** GET /files/ID/PATH is its content. */
export interface ServedFile {
  /** From the folder of the run, with slashes. */
  readonly path: string;
  readonly bytes: number;
}

/** A row of metrics.jsonl. */
export interface ApiMetricsRow {
  readonly step: number;
  readonly [column: string]: number | string | null;
}

/** GET /api/runs/ID/metrics?after=CURSOR, and the data of the event "rows" of /live. */
export interface MetricsPart extends Versioned {
  readonly rows: readonly ApiMetricsRow[];
  /** For the next call. */
  readonly cursor: string;
  /** Whether these rows begin the log: there was no cursor, or the log has been written anew since. Rows held are to be dropped. */
  readonly fromStart: boolean;
  /** False where the log has more whole rows than one answer takes: ask again with the cursor. */
  readonly complete: boolean;
}

/** Data of the event "state" of /live. */
export interface LiveState extends Versioned {
  readonly state: RunState;
  readonly step: number;
}
