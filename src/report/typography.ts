import { powerOfTen } from "./numbers.ts";

const MINUS = /(?<![\p{L}\p{N}_.)\]-])-(?=\.?\d)/gu;
const EXPONENT = /(?<![\p{L}\p{N}_.])(\d+(?:\.\d+)?)e([+-]?\d+)(?![\p{L}\p{N}_.])/gu;
/** An operator between short operands: a longer formula has to break somewhere. */
const SHORT_FORMULA = /(?<=(?:^|[\s([])\S{1,5}) ([=<>≤≥≈∝≪≫≲≳∼~→∈×+−]) (?=\S{1,9}(?:\s|$))/gu;
const RATIO = /(?<=\p{N})\/(?=\p{L})/gu;

/**
 * Plain text as it is set: true minus signs, "1.5e-7" as 1.5 × 10⁻⁷, and no line broken inside "n = 4", "1 − 1/n",
 * "2/λ₁" or "95 %".
 */
export function typeset(text: string): string {
  return text
    .replace(EXPONENT, (_, digits: string, exponent: string) => `${digits} × ${powerOfTen(Number(exponent))}`)
    .replace(MINUS, "−")
    .replace(SHORT_FORMULA, "\u00a0$1\u00a0")
    .replace(RATIO, "/\u2060")
    .replace(/(\d) %/g, "$1\u00a0%");
}
