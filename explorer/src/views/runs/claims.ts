import type { Check, Verdict } from "../../../../src/experiments/experiment.ts";
import type { ReproductionDetails } from "../../../../src/serve/api.ts";

/** A claim under test as result.json has it. */
export interface Claim {
  readonly id: string;
  readonly claim: string;
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  readonly reading: string;
  readonly setting: readonly string[];
  readonly scale: string;
  readonly seed: number;
  readonly seconds: number;
}

interface StoredResult extends Omit<Claim, "checks" | "reading" | "setting"> {
  readonly evidence: Pick<Claim, "checks" | "reading" | "setting">;
}

export function claimsOf({ results }: ReproductionDetails): readonly Claim[] {
  return Object.values(results).map((result) => {
    const { evidence, ...rest } = result as unknown as StoredResult;
    const { checks = [], reading = "", setting = [] } = evidence ?? {};
    return { ...rest, reading, setting, checks: checks.map(withNumbers) };
  });
}

/** JSON has no infinities and no NaN: null stands for what is no number. */
function withNumbers(check: Check): Check {
  const { mean, low, high, repetitions } = check.estimate;
  const number = (value: number | null) => value ?? Number.NaN;
  return { ...check, estimate: { mean: number(mean), low: number(low), high: number(high), repetitions } };
}
