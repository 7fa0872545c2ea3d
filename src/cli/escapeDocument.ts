import type { SgdStep } from "../dynamics/secondMoment.ts";
import { documentNumbers } from "./documentNumbers.ts";
import type { EscapePrediction } from "./escapePrediction.ts";

/** The JSON document of `noisegeo escape` (docs/contract.md). */
export interface EscapeDocument {
  readonly schema: 1;
  readonly source: "decoupled" | "exact";
  readonly learningRate: number;
  readonly batch: number;
  readonly replacement: boolean;
  readonly growthRate: number | null;
  readonly escapes: boolean | null;
  readonly share: readonly {
    readonly k: number;
    readonly limit: number | null;
    readonly paperBound: number | null;
  }[];
  readonly gradientDescent: { readonly growthRate: number | null; readonly escapes: boolean | null };
  readonly undefined: Readonly<Record<string, string>>;
}

export function escapeDocument(
  source: EscapeDocument["source"],
  { learningRate, batchSize, replacement }: SgdStep,
  prediction: EscapePrediction,
): EscapeDocument {
  const numbers = documentNumbers();
  const growth = (value: EscapePrediction["growthRate"], path: string) => ({
    growthRate: numbers.finite(value, path),
    // beyond the range of float64 it escapes all the same
    escapes: typeof value === "number" ? value > 1 : null,
  });
  return {
    schema: 1,
    source,
    learningRate,
    batch: batchSize,
    replacement,
    ...growth(prediction.growthRate, "growthRate"),
    share: prediction.shares.map(({ k, limit, paperBound }, position) => ({
      k,
      limit: numbers.finite(limit, `share[${position}].limit`),
      paperBound: numbers.finite(paperBound, `share[${position}].paperBound`),
    })),
    gradientDescent: growth(prediction.gradientDescent, "gradientDescent.growthRate"),
    undefined: numbers.undefined,
  };
}
