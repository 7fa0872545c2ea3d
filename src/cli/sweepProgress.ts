import process from "node:process";
import type { JobEvent } from "../engines/engine.ts";
import { startProgress } from "./progress.ts";

export interface SweepProgress {
  /** So many jobs had a result before. */
  found(count: number): void;
  event(event: JobEvent): void;
  finish(): void;
}

/** Progress of `total` jobs on standard error: how many are done, and a line for whatever a person should know. */
export function startSweepProgress(total: number): SweepProgress {
  const bar = startProgress("sweep");
  const fractions = new Map<string, number>();
  let before = 0;
  let done = 0;
  const failed = new Set<string>();
  const show = () => {
    const atHand = [...fractions.values()].reduce((sum, fraction) => sum + fraction, 0);
    const left = Math.max(1, total - before);
    const failures = failed.size > 0 ? `, ${failed.size} failed` : "";
    bar.update((done + failed.size + atHand) / left, `${before + done} of ${total} jobs done${failures}`);
  };
  const say = (line: string) => {
    bar.finish();
    process.stderr.write(`noisegeo: ${line}\n`);
  };
  return {
    found(count) {
      before = count;
    },
    event(event) {
      switch (event.kind) {
        case "progress":
          fractions.set(event.id, event.fraction);
          break;
        case "done":
          fractions.delete(event.result.id);
          done++;
          break;
        case "failed":
          fractions.delete(event.id);
          if (event.final) failed.add(event.id);
          say(
            `job ${event.id}, attempt ${event.attempt}: ${event.message}${event.final ? "" : "; trying again"}`,
          );
          break;
        case "note":
          say(event.message);
          break;
      }
      show();
    },
    finish: bar.finish,
  };
}
