import { join } from "node:path";
import { encodeParquet } from "../data/parquet.ts";
import type { Check } from "../experiments/experiment.ts";
import { leftOut } from "../report/leftOut.ts";
import type { ReportedExperiment, Reproduction } from "../report/reproduction.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";

/**
 * Writes what a program wants of a whole reproduction: `result.json` with every experiment's verdict, checks and what it went
 * without, and `data/checks.parquet` with one row a check.
 */
export async function writeSummary(
  folder: string,
  { experiments, leftOut: notRun, version }: Pick<Reproduction, "experiments" | "leftOut" | "version">,
): Promise<void> {
  const document = {
    schema: 1,
    version,
    experiments: experiments.map(({ id, claim, verdict, result, scale, seed, seconds, ...made }) => ({
      id,
      claim,
      verdict,
      checks: result.checks,
      reading: result.reading,
      setting: result.setting,
      leftOut: leftOut(result.table),
      scale,
      seed,
      seconds,
      version: made.version,
      kernels: made.kernels,
    })),
    notRun: notRun.map(({ id }) => id),
  };
  await writeFileAtomically(join(folder, "result.json"), `${JSON.stringify(document, null, 2)}\n`);
  await writeFileAtomically(join(folder, "data", "checks.parquet"), encodeParquet(checksTable(experiments)));
}

/** One row a check; a bound that the check does not have, and a number that is not finite, is null. */
function checksTable(experiments: readonly ReportedExperiment[]) {
  const rows = experiments.flatMap((experiment) =>
    experiment.result.checks.map((check, index) => ({ experiment, check, index })),
  );
  const ofExperiment = (name: "id" | "verdict" | "scale") => rows.map(({ experiment }) => experiment[name]);
  const ofEstimate = (name: keyof Check["estimate"]) => rows.map(({ check }) => finite(check.estimate[name]));
  return {
    experiment: ofExperiment("id"),
    check: rows.map(({ index }) => index + 1),
    statement: rows.map(({ check }) => check.statement),
    verdict: rows.map(({ check }) => check.verdict),
    mean: ofEstimate("mean"),
    low: ofEstimate("low"),
    high: ofEstimate("high"),
    repetitions: ofEstimate("repetitions"),
    at_least: rows.map(({ check }) => finite(check.atLeast)),
    at_most: rows.map(({ check }) => finite(check.atMost)),
    experiment_verdict: ofExperiment("verdict"),
    trials_left_out: rows.map(({ experiment }) =>
      leftOut(experiment.result.table).reduce((sum, { trials }) => sum + trials, 0),
    ),
    scale: ofExperiment("scale"),
    seed: rows.map(({ experiment }) => experiment.seed),
  };
}

function finite(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
