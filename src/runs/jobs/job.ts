import { createHash } from "node:crypto";

export const jobCommands = ["train", "measure", "reproduce"] as const;
export type JobCommand = (typeof jobCommands)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A file that a job reads, as it was when the job was made. */
export interface InputFile {
  readonly path: string;
  readonly sha256: string;
}

/** A piece of work that any worker of the same version can do, with the same result to the bit. */
export interface Job {
  /** Of its content: the same work has the same id, whoever asks for it. */
  readonly id: string;
  readonly command: JobCommand | "trial";
  /** Everything that decides the result, defaults filled in. */
  readonly config: Json;
  readonly inputs: readonly InputFile[];
  /** Of the program: another version's numbers may differ. */
  readonly version: string;
}

export type Cell = number | string | boolean | null;

/** What a job came to. Row and document depend on the job alone; provenance says how they were made. */
export interface JobResult {
  readonly schema: 1;
  readonly id: string;
  /** Its line of the gathered table. */
  readonly row: Readonly<Record<string, Cell>>;
  /** As the command's --json would write it, without times and places. */
  readonly document: Json;
  readonly provenance: {
    readonly seconds: number;
    readonly kernels: string;
    /** Who did it, for people. */
    readonly worker: string;
  };
}

/** A job with its id. Numbers of `config` have to be finite. */
export function makeJob(content: Omit<Job, "id">): Job {
  const { command, config, inputs, version } = content;
  const hash = createHash("sha256").update(canonical({ command, config, inputs: inputs as never, version }));
  return { id: hash.digest("hex").slice(0, 16), ...content };
}

/** The same text for equal values, whatever the order of their keys. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(",")}}`;
}
