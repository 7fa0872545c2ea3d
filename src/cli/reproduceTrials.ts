import { localEngine } from "../engines/local.ts";
import { trialLabel } from "../experiments/run.ts";
import type { OpenRun, OpenTrial, RunSettings } from "./reproduceRuns.ts";

export interface Measuring extends RunSettings {
  /** Each with a trial at a time. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Told of each trial when its rows are kept. */
  readonly onMeasured: (openedRun: OpenRun, label: string, seconds: number) => Promise<void>;
}

/** Measures trials on threads, each as soon as one is free, and keeps the rows as they come. */
export async function measureTrials(
  open: readonly OpenTrial[],
  { scale, seed, out, threads, signal, onMeasured }: Measuring,
): Promise<void> {
  const { makeTrialJob, rowsOfTrial } = await import("./jobs/trialJob.ts");
  const byId = new Map(
    open.map(({ openedRun, trial }) => {
      const label = trialLabel(trial);
      const job = makeTrialJob({ experiment: openedRun.experiment.id, scale, seed, label });
      return [job.id, { openedRun, label, job }];
    }),
  );
  const engine = localEngine({
    workers: threads,
    module: new URL("./jobThread.js", import.meta.url),
    scratchOf: () => out,
    abandon: true,
  });
  await engine.run(
    [...byId.values()].map(({ job }) => job),
    {
      attempts: 1,
      signal,
      async onEvent(event) {
        if (event.kind === "failed") throw new Error(event.message);
        if (event.kind !== "done") return;
        const { openedRun, label } = byId.get(event.result.id) as { openedRun: OpenRun; label: string };
        const { seconds, kernels } = event.result.provenance;
        const rows = rowsOfTrial(event.result.document);
        await openedRun.log.append({ label, rows, seconds, kernels });
        openedRun.seconds += seconds;
        openedRun.kernels.set(label, kernels);
        openedRun.known.set(label, rows);
        await onMeasured(openedRun, label, seconds);
      },
    },
  );
}
