import type { SgdStep } from "../dynamics/secondMoment.ts";
import { InputError } from "../inputError.ts";
import type { TrainingStep } from "./pointSource.ts";

export interface StepOptions {
  readonly learningRate?: number;
  readonly batch?: number;
  readonly replacement?: boolean;
  readonly run?: string;
}

/** Throws an InputError where η or B is missing and there is no run to ask. */
export function requireStep({ run, ...given }: StepOptions): void {
  for (const [option, symbol, value] of [
    ["--learning-rate", "η", given.learningRate],
    ["--batch", "B", given.batch],
  ] as const) {
    if (value !== undefined || run !== undefined) continue;
    throw new InputError(
      `${option}: expected the ${symbol} in use, got none; give --learning-rate and --batch, only a --run knows its own`,
    );
  }
}

/**
 * η and B in use: as the command line says, else as the run takes its steps there; a run that takes all samples at once has
 * B = n. Throws an InputError where they do not fit the n samples.
 */
export function stepInUse(
  options: StepOptions,
  training: TrainingStep | undefined,
  samples: number,
): SgdStep {
  const step: SgdStep = {
    learningRate: options.learningRate ?? training?.learningRate ?? 0,
    batchSize: options.batch ?? training?.batchSize ?? samples,
    replacement: options.replacement ?? training?.replacement ?? false,
  };
  if (step.learningRate === 0) {
    throw new InputError(
      "--learning-rate: expected an η above 0, got 0, which is the run's at this checkpoint; give one, or another --step",
    );
  }
  if (!step.replacement && step.batchSize > samples) {
    const whose = options.batch === undefined ? ", the run's batch size" : "";
    throw new InputError(
      `--batch: expected at most the ${samples} samples measured, without replacement, got ${step.batchSize}${whose}; measure more samples, or give another --batch or --replacement`,
    );
  }
  return step;
}
