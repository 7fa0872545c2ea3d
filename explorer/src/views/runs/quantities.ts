import type { ApiMetricsRow } from "../../../../src/serve/api.ts";

/** A column of the metrics as a curve. */
export interface Curve {
  readonly column: string;
  readonly name: string;
  /** Columns with the ends of its 95 % interval. */
  readonly interval?: { readonly low: string; readonly high: string };
}

/** Curves that belong into one figure. */
export interface Quantity {
  /** Names it in the address. */
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  /** Of the vertical axis. */
  readonly label: string;
  readonly scale: "linear" | "log";
  readonly curves: readonly Curve[];
  /** What 1 means, or 1/C for C outputs, where that is drawn. */
  readonly reference?: { readonly words: string; readonly isPerOutput: boolean };
}

const interval = (column: string) => ({ low: `${column}Low`, high: `${column}High` });

const known: readonly Quantity[] = [
  {
    id: "loss",
    title: "Loss",
    caption:
      "Mean loss on the training samples looked at and on test samples, and that of the step's own batch.",
    label: "loss L",
    scale: "log",
    curves: [
      { column: "loss", name: "training" },
      { column: "testLoss", name: "test" },
      { column: "batchLoss", name: "batch of the step" },
    ],
  },
  {
    id: "accuracy",
    title: "Accuracy",
    caption: "Share of samples whose class has the largest output; with one output, the right sign.",
    label: "accuracy (share of samples)",
    scale: "linear",
    curves: [
      { column: "accuracy", name: "training" },
      { column: "testAccuracy", name: "test" },
    ],
  },
  {
    id: "lossAlignment",
    title: "Loss alignment",
    caption:
      "μ with its 95 % jackknife interval over the samples, and μ₁ with the second moment of the noise.",
    label: "loss alignment (dimensionless)",
    scale: "linear",
    curves: [
      { column: "lossAlignment", name: "μ", interval: interval("lossAlignment") },
      { column: "lossAlignmentSecondMoment", name: "μ₁" },
    ],
    reference: { words: "Σ = 2L·G", isPerOutput: true },
  },
  {
    id: "directionalAlignment",
    title: "Directional alignment",
    caption: "g(θ; v_k) along the sharpest eigen-directions of G, each at its own θ.",
    label: "g(θ; v_k) (dimensionless)",
    scale: "linear",
    curves: [],
    reference: { words: "Σ = 2L·G", isPerOutput: true },
  },
  {
    id: "sharpness",
    title: "Sharpness",
    caption:
      "The largest eigenvalue of the Gauss–Newton matrix G and, by Lanczos, of the Hessian H of the loss.",
    label: "largest eigenvalue",
    scale: "log",
    curves: [
      { column: "maxEigenvalue", name: "λ₁ of G" },
      { column: "hessianMaxEigenvalue", name: "λ_max of H" },
    ],
  },
  {
    id: "trace",
    title: "Size of G",
    caption: "Trace and Frobenius norm of the Gauss–Newton matrix.",
    label: "Tr G, ‖G‖_F",
    scale: "log",
    curves: [
      { column: "trace", name: "Tr G" },
      { column: "frobenius", name: "‖G‖_F" },
    ],
  },
  {
    id: "gradientNorm",
    title: "Gradient",
    caption: "Norm of the gradient of the mean loss.",
    label: "‖∇L‖",
    scale: "log",
    curves: [{ column: "gradientNorm", name: "‖∇L‖" }],
  },
  {
    id: "noiseScale",
    title: "Noise scale",
    caption:
      "Tr Σ/‖∇L‖² with its 95 % interval: the batch size at which noise and gradient are of one length.",
    label: "Tr Σ/‖∇L‖² (samples)",
    scale: "log",
    curves: [{ column: "noiseScale", name: "Tr Σ/‖∇L‖²", interval: interval("noiseScale") }],
  },
  {
    id: "noiseLossRatio",
    title: "What the noise adds to the loss",
    caption:
      "What the noise of one step adds to the loss, over what the alignment μ says, with its 95 % interval, and over what Σ = 2L·G would say.",
    label: "measured over predicted (dimensionless)",
    scale: "linear",
    curves: [
      { column: "noiseLossRatio", name: "over η²c·μ·L‖G‖_F²", interval: interval("noiseLossRatio") },
      { column: "noiseLossRatioDecoupled", name: "over η²c·L‖G‖_F²" },
    ],
    reference: { words: "as predicted", isPerOutput: false },
  },
  {
    id: "noiseProjectionRatio",
    title: "How far the noise moves along sharp directions",
    caption:
      "How far the noise of one step moves θ within the sharpest eigen-directions, squared, over what g says, with its 95 % interval, and over what Σ = 2L·G would say.",
    label: "measured over predicted (dimensionless)",
    scale: "linear",
    curves: [
      {
        column: "noiseProjectionRatio",
        name: "over η²c·2L·g·Tr(PG)",
        interval: interval("noiseProjectionRatio"),
      },
      { column: "noiseProjectionRatioDecoupled", name: "over η²c·2L·Tr(PG)" },
    ],
    reference: { words: "as predicted", isPerOutput: false },
  },
  {
    id: "learningRate",
    title: "Learning rate",
    caption: "η of the step, by the schedule.",
    label: "learning rate η",
    scale: "linear",
    curves: [{ column: "learningRate", name: "η" }],
  },
];

/** No curves of their own. */
const aside = new Set(["step", "undefined", "hessianMaxEigenvalueResidual"]);

/** The quantities that some of the rows have a number of; columns that are not known here stand by themselves, last. */
export function quantitiesIn(columns: ReadonlySet<string>): readonly Quantity[] {
  const used = new Set(aside);
  const found = known.flatMap((quantity) => {
    const curves = (quantity.id === "directionalAlignment" ? directions(columns) : quantity.curves).filter(
      ({ column }) => columns.has(column),
    );
    for (const { column, interval } of curves) {
      for (const name of [column, interval?.low, interval?.high]) if (name !== undefined) used.add(name);
    }
    return curves.length === 0 ? [] : [{ ...quantity, curves }];
  });
  const others = [...columns].filter((column) => !used.has(column));
  return [...found, ...others.map(plain)];
}

/** Columns with a number in any row. */
export function columnsWithNumbers(rows: readonly ApiMetricsRow[], columns = new Set<string>()): Set<string> {
  for (const row of rows) {
    for (const column in row) if (typeof row[column] === "number") columns.add(column);
  }
  return columns;
}

function directions(columns: ReadonlySet<string>): readonly Curve[] {
  return [...columns]
    .map((column) => /^directionalAlignment(\d+)$/.exec(column)?.[1])
    .filter((k) => k !== undefined)
    .sort((a, b) => Number(a) - Number(b))
    .map((k) => ({ column: `directionalAlignment${k}`, name: `g along v_${k}` }));
}

function plain(column: string): Quantity {
  return {
    id: column,
    title: column,
    caption: `The column ${column} of the metrics.`,
    label: column,
    scale: "linear",
    curves: [{ column, name: column }],
  };
}
