import type { Experiment, Row, Scale, Trial } from "../experiments/experiment.ts";
import { trialLabel } from "../experiments/run.ts";

/** What trials take, by kind: the time measured so far, and from it the time that those still open will take. */
export interface TrialCosts {
  readonly open: number;
  readonly kinds: number;
  /** Seconds measured so far in this call. */
  readonly spent: number;
  /** Estimated seconds for the open trials; undefined where a kind of them was not measured yet. */
  left(): number | undefined;
  /** To be called when a trial was measured. */
  measured(experiment: string, label: string, seconds: number): void;
}

/** Of the trials that `known` lacks, the first of each kind. */
export function firstOfEachKind(
  experiment: Experiment,
  scale: Scale,
  known: ReadonlyMap<string, readonly Row[]>,
): readonly Trial[] {
  const seen = new Set<string>();
  return experiment.trials(scale).filter((trial) => {
    const kind = kindOf(trial);
    if (known.has(trialLabel(trial)) || seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}

/** @param known of each experiment the rows that an earlier call left, which cost nothing any more */
export function trialCosts(
  runs: readonly { readonly experiment: Experiment; readonly known: ReadonlyMap<string, readonly Row[]> }[],
  scale: Scale,
): TrialCosts {
  const open = new Map<string, string>();
  for (const { experiment, known } of runs) {
    for (const trial of experiment.trials(scale)) {
      const label = trialLabel(trial);
      const kind = `${experiment.id}: ${kindOf(trial)}`;
      if (!known.has(label)) open.set(`${experiment.id}: ${label}`, kind);
    }
  }
  const kinds = new Set(open.values()).size;
  const times = new Map<string, { seconds: number; trials: number }>();
  let spent = 0;
  return {
    kinds,
    get open() {
      return open.size;
    },
    get spent() {
      return spent;
    },
    left() {
      let seconds = 0;
      for (const kind of open.values()) {
        const time = times.get(kind);
        if (!time) return undefined;
        seconds += time.seconds / time.trials;
      }
      return seconds;
    },
    measured(experiment, label, seconds) {
      const kind = open.get(`${experiment}: ${label}`);
      if (kind === undefined) return;
      open.delete(`${experiment}: ${label}`);
      const time = times.get(kind) ?? { seconds: 0, trials: 0 };
      times.set(kind, { seconds: time.seconds + seconds, trials: time.trials + 1 });
      spent += seconds;
    },
  };
}

/** Trials of one kind differ in their seed alone, and take about the same time. */
function kindOf({ seed: _, ...rest }: Trial): string {
  return trialLabel(rest);
}
