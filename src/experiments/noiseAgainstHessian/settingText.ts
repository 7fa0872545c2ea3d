import type { Row } from "../experiment.ts";
import { distinct, where } from "../rows.ts";
import { networks } from "./networks.ts";
import { looks, oneHotClasses, type Sizes, scalar } from "./setting.ts";

/** Networks, data, θ, and how H is measured, for a reader. */
export function settingText(rows: readonly Row[], { cases, queries }: Sizes): readonly string[] {
  const data = (targets: string) => distinct<string>(where(rows, { targets }), "data").join(" and ");
  return [
    ...[...new Set(cases.map(({ network }) => network))].map((network) => {
      const runs = cases
        .filter((one) => one.network === network)
        .map(
          ({ targets, width, samples, batchSize, seeds, maxSteps, top }) =>
            `${targets} (w = ${width}, n = ${samples}, B = ${batchSize}, ${seeds} seeds, at most ${maxSteps} steps, k = ${top})`,
        );
      return `${network}: ${networks[network].description}; ${runs.join("; ")}.`;
    }),
    ...[scalar, oneHotClasses]
      .filter((targets) => where(rows, { targets }).length > 0)
      .map(
        (targets) =>
          `Data, ${targets}: ${data(targets)}, less their mean image, of mean square 1; square loss.`,
      ),
    `θ: the initialisation, then SGD from there (batches with replacement) where the loss over all samples is first found to be at most ${looks.map(({ share }) => `${Number((100 * share).toPrecision(3))} %`).join(", ")} of that of f = 0. A seed draws images, initialisation and batches anew.`,
    `H by exact products: top-k eigenpairs and the smallest by Lanczos to 1e-6·‖H‖, Frobenius norms by Hutch++ from ${queries} products (standard errors in the data). G and Σ exactly, from J and the gradients. Alignments are multiplied by C.`,
    "Intervals: 95 % Student over seeds.",
  ];
}
