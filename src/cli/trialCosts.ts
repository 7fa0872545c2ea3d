import type { Experiment, Row, Scale, Trial } from "../experiments/experiment.ts";
import { trialLabel } from "../experiments/run.ts";

/** What trials take, by kind: the time measured so far, and from it the time that those still open will take. */
export interface TrialCosts {
  readonly open: number;
  readonly kinds: number;
  /** Seconds measured so far in this call. */
  readonly spent: number;
  /**
   * Estimated seconds for the open trials, one after another: of each kind by the mean of those measured, or as expected where
   * there is none yet. Undefined where a kind was neither measured nor expected.
   */
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

/** Seconds that a trial of a kind is expected to take; undefined where nothing is known of it. */
export type Expected = (experiment: string, kind: string) => number | undefined;

/** @param known of each experiment the rows that an earlier call left, which cost nothing any more */
export function trialCosts(
  runs: readonly { readonly experiment: Experiment; readonly known: ReadonlyMap<string, readonly Row[]> }[],
  scale: Scale,
  expected: Expected,
): TrialCosts {
  const open = new Map<string, { readonly experiment: string; readonly kind: string }>();
  for (const { experiment, known } of runs) {
    for (const trial of experiment.trials(scale)) {
      const label = trialLabel(trial);
      if (!known.has(label))
        open.set(nameOf(experiment.id, label), { experiment: experiment.id, kind: kindOf(trial) });
    }
  }
  const kinds = new Set([...open.values()].map(({ experiment, kind }) => nameOf(experiment, kind))).size;
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
      for (const { experiment, kind } of open.values()) {
        const time = times.get(nameOf(experiment, kind));
        const one = time ? time.seconds / time.trials : expected(experiment, kind);
        if (one === undefined) return undefined;
        seconds += one;
      }
      return seconds;
    },
    measured(experiment, label, seconds) {
      const trial = open.get(nameOf(experiment, label));
      if (trial === undefined) return;
      open.delete(nameOf(experiment, label));
      const kind = nameOf(experiment, trial.kind);
      const time = times.get(kind) ?? { seconds: 0, trials: 0 };
      times.set(kind, { seconds: time.seconds + seconds, trials: time.trials + 1 });
      spent += seconds;
    },
  };
}

/** Trials of one kind differ in their seed alone, and take about the same time. */
export function kindOf({ seed: _, ...rest }: Trial): string {
  return trialLabel(rest);
}

function nameOf(experiment: string, part: string): string {
  return `${experiment}: ${part}`;
}
