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
  "noiseLossRatio",
  "noiseProjectionRatio",
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

/** Whether it is measured in the `top` sharpest directions of G. */
export function isOfDirections(quantity: Quantity): boolean {
  return quantity === "directionalAlignment" || quantity === "noiseProjectionRatio";
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
    case "noiseLossRatio":
    case "noiseProjectionRatio":
      return [quantity, `${quantity}Low`, `${quantity}High`, `${quantity}Decoupled`];
    default:
      return [quantity];
  }
}
