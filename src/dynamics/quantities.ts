/** What can be measured while training; each becomes one or more columns of the metrics. */
export const quantities = [
  "loss",
  "accuracy",
  "testLoss",
  "testAccuracy",
  "gradientNorm",
  "lossAlignment",
  "directionalAlignment",
  "maxEigenvalue",
  "trace",
  "frobenius",
  "noiseScale",
  "hessianMaxEigenvalue",
] as const;

export type Quantity = (typeof quantities)[number];

/** Whether it is measured on test samples. */
export function isOfTest(quantity: Quantity): boolean {
  return quantity === "testLoss" || quantity === "testAccuracy";
}

/** Whether it is a matter of outputs alone, cheap for any number of samples. */
export function isOfOutputs(quantity: Quantity): boolean {
  return quantity === "loss" || needsClasses(quantity) || isOfTest(quantity);
}

export function needsClasses(quantity: Quantity): boolean {
  return quantity === "accuracy" || quantity === "testAccuracy";
}

/** The columns of a quantity; `top` directions for directionalAlignment. */
export function columnsOf(quantity: Quantity, top: number): readonly string[] {
  switch (quantity) {
    case "lossAlignment":
      return ["lossAlignment", "lossAlignmentLow", "lossAlignmentHigh", "lossAlignmentSecondMoment"];
    case "directionalAlignment":
      return Array.from({ length: top }, (_, k) => `directionalAlignment${k + 1}`);
    case "noiseScale":
      return ["noiseScale", "noiseScaleLow", "noiseScaleHigh"];
    case "hessianMaxEigenvalue":
      return ["hessianMaxEigenvalue", "hessianMaxEigenvalueResidual"];
    default:
      return [quantity];
  }
}
