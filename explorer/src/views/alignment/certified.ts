import type { Certificate } from "./look.ts";

/** In every figure, so that it looks the same before it is known. */
export const certificateName = "certificate";

/** What a certificate ranges over, in words. */
export function residualsOf(certificate: Certificate | undefined): string {
  return certificate?.isRealisable ? "all residuals in the range of J" : "all residuals";
}
