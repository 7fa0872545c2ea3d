import type { Check } from "../../experiments/experiment.ts";

/**
 * How far the mean stands within its nearest bound, in half-widths of its interval: 1 and more holds, −1 and less fails, between
 * them a bound lies in the interval. Undefined where there is no bound or no interval; infinite for an interval without width.
 */
export function margin({ estimate: { mean, low, high }, atLeast, atMost }: Check): number | undefined {
  const room = Math.min(mean - (atLeast ?? -Infinity), (atMost ?? Infinity) - mean);
  const halfWidth = (high - low) / 2;
  if (!Number.isFinite(room) || !(halfWidth >= 0)) return undefined;
  return halfWidth === 0 ? Math.sign(room || 1) * Infinity : room / halfWidth;
}

/** The check with the narrowest margin among those that came out as the claim did: the one that decides it. */
export function tightest(checks: readonly Check[], verdict: Check["verdict"]): Check | undefined {
  const deciding = checks.filter((check) => check.verdict === verdict);
  const rank = (check: Check) => margin(check) ?? Infinity;
  return deciding.reduce<Check | undefined>(
    (least, check) => (least === undefined || rank(check) < rank(least) ? check : least),
    undefined,
  );
}

/** Whether another outcome of the measurement would have made it fail: it has a bound, and an interval. */
export function couldFail(check: Check): boolean {
  return margin(check) !== undefined;
}
