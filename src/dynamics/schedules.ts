/**
 * Learning rates as functions of the step, counted from 0 (docs/theory.md §6). Factories throw a RangeError on rates that
 * are negative or not finite and on periods that are not whole numbers of at least 1.
 *
 * @module
 */

/** η at a step, a whole number from 0 on. docs/theory.md §6. */
export type Schedule = (step: number) => number;

/** The same learning rate at every step. Throws a RangeError where it is negative or not finite. */
export function constant({ learningRate }: { readonly learningRate: number }): Schedule {
  requireRates({ learningRate });
  return () => learningRate;
}

/**
 * learningRate·factor^k from step k·every on. Throws a RangeError on a rate or factor that is negative or not finite, and where
 * `every` is not a whole number of at least 1.
 */
export function stepDecay(options: {
  readonly learningRate: number;
  readonly factor: number;
  readonly every: number;
}): Schedule {
  const { learningRate, factor, every } = options;
  requireRates({ learningRate, factor });
  requirePeriods({ every });
  return (step) => learningRate * factor ** Math.floor(step / every);
}

/**
 * Half a cosine from `learningRate` at step 0 to `final` (by default 0) at step `steps`, and `final` after that. Throws a
 * RangeError on a rate that is negative or not finite, and where `steps` is not a whole number of at least 1.
 */
export function cosine(options: {
  readonly learningRate: number;
  readonly final?: number;
  readonly steps: number;
}): Schedule {
  const { learningRate, final = 0, steps } = options;
  requireRates({ learningRate, final });
  requirePeriods({ steps });
  return (step) => annealed(learningRate, final, Math.min(step / steps, 1));
}

/**
 * Half cosines from `learningRate` to `final` (by default 0), the first of `period` steps, each `growth` times (by default 1) as
 * long as the last (Loshchilov, Hutter 2017). Throws a RangeError on a rate that is negative or not finite, and where `period`
 * or `growth` is not a whole number of at least 1.
 */
export function cosineRestarts(options: {
  readonly learningRate: number;
  readonly final?: number;
  readonly period: number;
  readonly growth?: number;
}): Schedule {
  const { learningRate, final = 0, period, growth = 1 } = options;
  requireRates({ learningRate, final });
  requirePeriods({ period, growth });
  return (step) => {
    let start = 0;
    let length = period;
    if (growth === 1) start = Math.floor(step / period) * period;
    else {
      while (step >= start + length) {
        start += length;
        length *= growth;
      }
    }
    return annealed(learningRate, final, (step - start) / length);
  };
}

/**
 * Linear up and down between two rates, from `low` at step 0, `halfPeriod` steps each way (Smith 2017). The height over `low`
 * stays (the default), halves every cycle ("triangular2"), or is multiplied by `decay` (by default 1) every step ("exp-range").
 * Throws a RangeError on a rate or decay that is negative or not finite, and where `halfPeriod` is not a whole number of at
 * least 1.
 */
export function triangular(options: {
  readonly low: number;
  readonly high: number;
  readonly halfPeriod: number;
  readonly shape?: "triangular" | "triangular2" | "exp-range";
  readonly decay?: number;
}): Schedule {
  const { low, high, halfPeriod, shape = "triangular", decay = 1 } = options;
  requireRates({ low, high, decay });
  requirePeriods({ halfPeriod });
  return (step) => {
    const cycle = Math.floor(step / (2 * halfPeriod));
    const height = 1 - Math.abs(step / halfPeriod - 2 * cycle - 1);
    const scale = shape === "triangular2" ? 2 ** -cycle : shape === "exp-range" ? decay ** step : 1;
    return low + (high - low) * height * scale;
  };
}

/**
 * Up from high/start to `high` over the first `warmup` share of `steps`, then down to high/end, both along half cosines (Smith,
 * Topin 2018); stays there after `steps`. By default `warmup` is 0.3, `start` 25 and `end` 10,000. Throws a
 * RangeError on a number that is negative or not finite, where `steps` is not a whole number of at least 1, on a `warmup` over
 * 1, and on a `start` or `end` of 0.
 */
export function oneCycle(options: {
  readonly high: number;
  readonly steps: number;
  readonly warmup?: number;
  readonly start?: number;
  readonly end?: number;
}): Schedule {
  const { high, steps, warmup = 0.3, start = 25, end = 1e4 } = options;
  requireRates({ high, warmup, start, end });
  requirePeriods({ steps });
  if (warmup > 1) throw new RangeError(`warmup: expected a share of at most 1, got ${warmup}`);
  if (start === 0 || end === 0) {
    throw new RangeError(`start, end: expected numbers above 0, got ${start}, ${end}`);
  }
  const peak = warmup * steps;
  return (step) =>
    step < peak
      ? annealed(high / start, high, step / peak)
      : annealed(high, high / end, steps === peak ? 1 : Math.min((step - peak) / (steps - peak), 1));
}

/**
 * `high` for highSteps, then `low` for lowSteps, over and over: the cycles of [WW] (docs/theory.md §6). Throws a RangeError on a
 * rate that is negative or not finite, and on steps that are not whole numbers of at least 1.
 */
export function twoLevel(options: {
  readonly high: number;
  readonly highSteps: number;
  readonly low: number;
  readonly lowSteps: number;
}): Schedule {
  const { high, highSteps, low, lowSteps } = options;
  requireRates({ high, low });
  requirePeriods({ highSteps, lowSteps });
  return (step) => (step % (highSteps + lowSteps) < highSteps ? high : low);
}

/** From `from` to `to`, exactly at both ends, along half a cosine as t goes from 0 to 1. */
function annealed(from: number, to: number, t: number): number {
  const weight = (1 + Math.cos(Math.PI * t)) / 2;
  return weight * from + (1 - weight) * to;
}

function requireRates(rates: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(rates)) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`${name}: expected a finite number of at least 0, got ${value}`);
    }
  }
}

function requirePeriods(periods: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(periods)) {
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new RangeError(`${name}: expected a whole number of at least 1, got ${value}`);
    }
  }
}
