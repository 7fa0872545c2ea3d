import { type Advice, raisedBy } from "../dynamics/advice.ts";
import type { EscapeDirections } from "../dynamics/escapeDirections.ts";
import type { Figure, Panel } from "../experiments/figure.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { format } from "../report/measurement/reading.ts";

/** η* against B with its bounds and the step in use, and where the loss grows when η is raised. */
export function adviseFigure(advice: Advice): Figure {
  const { step, samples } = advice;
  const where = isDefined(advice.raised)
    ? ` Right: the part of the growing loss that the k sharpest directions carry, SGD with B = ${step.batchSize} at η = ${format(advice.raised.step.learningRate)}, GD at ${raisedBy} times its own limit, and λ_k²/Σλ² alone, which the paper compares SGD with.`
    : "";
  return {
    id: "stability",
    title: "The largest stable learning rate against the batch size",
    caption: `η* of SGD ${step.replacement ? "with" : "without"} replacement out of ${samples} samples, exact in mean square for the quadratic model at this point; above the alignment bound SGD leaves as well.${where}`,
    panels: [thresholds(advice), ...directions(advice)],
  };
}

function thresholds({ step, samples, curve, gradientDescentLimit }: Advice): Panel {
  const along = (pick: (at: Advice["curve"][number]) => number | Undefined) =>
    curve.flatMap((at) => {
      const y = pick(at);
      return isDefined(y) ? [{ x: at.batchSize, y }] : [];
    });
  return {
    title: "Stability",
    x: { label: "batch size B", scale: "log" },
    y: { label: "learning rate η", scale: "log" },
    layers: [
      ...(isDefined(gradientDescentLimit)
        ? [{ kind: "rule", series: "GD's limit 2/λ₁", axis: "y", value: gradientDescentLimit } as const]
        : []),
      { kind: "rule", series: "all n samples", axis: "x", value: samples },
      {
        kind: "points",
        series: "η* of SGD",
        joined: true,
        points: along(({ threshold }) => (isDefined(threshold) ? threshold.value : threshold)),
      },
      { kind: "line", series: "alignment bound", points: along(({ alignmentBound }) => alignmentBound) },
      { kind: "points", series: "in use", points: [{ x: step.batchSize, y: step.learningRate }] },
    ],
  };
}

function directions({ raised, gradientDescentRaised, problem }: Advice): Panel[] {
  if (!isDefined(raised) || !isDefined(raised.shares)) return [];
  const squares = problem.eigenvalues.map((value) => (value / problem.eigenvalues[0]) ** 2);
  const total = squares.reduce((sum, value) => sum + value, 0);
  const others = isDefined(gradientDescentRaised) ? [gradientDescentRaised] : [];
  return [
    {
      title: "Where the loss grows",
      x: { label: "k sharpest directions", scale: "log" },
      y: { label: "their part of the growing loss", scale: "linear", domain: [0, 1.04] },
      layers: [
        { kind: "line", series: "SGD's growth", points: cumulated(raised.shares) },
        { kind: "line", series: "λ² alone", points: cumulated(squares.map((value) => value / total)) },
        ...others.flatMap(({ shares }: EscapeDirections) =>
          isDefined(shares)
            ? [{ kind: "line", series: "GD's growth", points: cumulated(shares) } as const]
            : [],
        ),
      ],
    },
  ];
}

function cumulated(shares: Float64Array): { x: number; y: number }[] {
  let sum = 0;
  return Array.from(shares, (share, k) => {
    sum += share;
    return { x: k + 1, y: sum };
  });
}
