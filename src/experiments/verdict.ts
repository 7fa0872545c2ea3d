import { meanInterval } from "../geometry/interval.ts";
import type { Check, Estimate, Verdict } from "./experiment.ts";

export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Mean of independent repetitions (seeds) with its 95 % Student interval. */
export function estimate(values: readonly number[]): Estimate {
  const { mean, low, high } = meanInterval(values);
  return { mean, low, high, repetitions: values.length };
}

/**
 * Holds when the whole interval lies within the bounds, fails when it lies wholly outside, and is inconclusive when
 * a bound falls inside it, or when there is no interval (fewer than two repetitions, or a value that is not a number).
 */
export function check(statement: string, values: readonly number[], bounds: Bounds): Check {
  const measured = estimate(values);
  return { statement, estimate: measured, verdict: judge(measured, bounds), ...bounds };
}

function judge({ low, high }: Estimate, { atLeast = -Infinity, atMost = Infinity }: Bounds): Verdict {
  if (low >= atLeast && high <= atMost) return "holds";
  if (high < atLeast || low > atMost) return "fails";
  return "inconclusive";
}

/** The check that stands worst: of several cases of one sentence, the one to show. Throws a RangeError for none. */
export function worst(checks: readonly Check[]): Check {
  const order: readonly Verdict[] = ["fails", "inconclusive", "holds"];
  const ranked = [...checks].sort(
    (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || margin(a) - margin(b),
  );
  if (ranked.length === 0) throw new RangeError("worst: expected at least one check, got none");
  return ranked[0];
}

/** Distance of the interval from the nearest bound, negative beyond it. */
function margin({ estimate: { low, high }, atLeast = -Infinity, atMost = Infinity }: Check): number {
  return Math.min(low - atLeast, atMost - high);
}

/** A claim holds when all its checks do; one that fails, fails it. Inconclusive otherwise, and without checks. */
export function overall(checks: readonly Check[]): Verdict {
  return checks.length === 0 ? "inconclusive" : worst(checks).verdict;
}
