/** Jobs of one version of the program wait in one queue: workers of another version never see them. */
export const queueName = (version: string) => `noisegeo-${version}`;

/** The version of a queue's workers, undefined for a queue of something else. */
export function versionOf(queue: string): string | undefined {
  return /^noisegeo-(.+)$/.exec(queue)?.[1];
}

/** What a worker tells while it has a job. For people; nothing depends on it. */
export type WorkerReport =
  | { readonly kind: "started"; readonly worker: string; readonly attempt: number }
  | { readonly kind: "progress"; readonly fraction: number }
  /** A try failed; without `retry`, another would too. */
  | { readonly kind: "failed"; readonly message: string; readonly attempt: number; readonly retry: boolean };

/** Seconds for which Redis keeps what nobody has fetched: a sweep that was broken off finds it within that time. */
export const keptFor = 7 * 24 * 3600;

export interface Patience {
  /** Milliseconds without a sign of life after which a worker counts as lost. */
  readonly lock: number;
  /** Between looks at what was missed. */
  readonly poll: number;
}

export const usualPatience: Patience = { lock: 10_000, poll: 2000 };
