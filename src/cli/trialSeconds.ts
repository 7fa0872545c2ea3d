import type { Scale } from "../experiments/experiment.ts";
import type { Expected } from "./trialCosts.ts";
import table from "./trialSeconds.json" with { type: "json" };

/** What one trial of each kind took on one machine, written by scripts/measureTrialSeconds.mjs. */
interface TrialSeconds extends Record<Scale, Readonly<Record<string, Readonly<Record<string, number>>>>> {
  /** Processor, kernels, Node. */
  readonly machine: string;
  /** Seconds of `calibrationSeconds` there. */
  readonly calibration: number;
  /** Which entries were not measured, and how they were formed. */
  readonly estimated: string;
}

export const trialSeconds: TrialSeconds = table;

/** Seconds of a trial on this machine, in proportion to what the same work takes here: `calibration` seconds. */
export function expectedSeconds(
  calibration: number,
  scale: Scale,
  measured: Pick<TrialSeconds, Scale | "calibration"> = trialSeconds,
): Expected {
  const slower = calibration / measured.calibration;
  return (experiment, kind) => {
    const seconds = measured[scale][experiment]?.[kind];
    return seconds === undefined ? undefined : slower * seconds;
  };
}
