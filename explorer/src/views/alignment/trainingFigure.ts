import type { Axis, Figure, Layer } from "../../../../src/experiments/figure.ts";
import { isDefined } from "../../../../src/geometry/undefined.ts";
import { certificateName, residualsOf } from "./certified.ts";
import type { Certificate, Look } from "./look.ts";
import { perOutput } from "./perOutput.ts";
import type { Moment } from "./run.ts";

/** μ, μ₁ and the loss along training. */
export function trainingFigure(
  moments: readonly Moment[],
  look: Look,
  certificate: Certificate | undefined,
): Figure {
  const { times, prefix, geometry } = perOutput(look.outputs);
  const along = (key: "covariance" | "secondMoment") =>
    moments.flatMap(({ steps, [key]: y }) => (y === undefined ? [] : [{ x: steps, y: times * y }]));
  const end = Math.max(moments.at(-1)?.steps ?? 0, 10);
  // room for an interval at the end
  const x: Axis = { label: "steps of SGD", scale: "linear", domain: [0, 1.03 * end] };
  const closedForm: readonly Layer[] = look.population
    ? [
        {
          kind: "points",
          series: "closed form of μ, n → ∞",
          points: [{ x: look.steps, y: look.population.lossAlignment }],
        },
      ]
    : [];
  return {
    id: "training",
    title: "Along training",
    caption:
      `Loss alignment ${prefix}μ with the noise covariance Σ, ${prefix}μ₁ with the second moment Σ₁, and the loss, every ` +
      `tenth step of SGD. The certificate holds every value that ${prefix}μ can take over ${residualsOf(certificate)}` +
      `${certificate?.isEverywhere === false ? ", at the last θ" : ""}.`,
    panels: [
      {
        x,
        y: { label: `loss alignment${prefix && " times C"} (dimensionless)`, scale: "linear" },
        layers: [
          certified(certificate, look, end),
          ...closedForm,
          { kind: "line", series: `${prefix}μ₁`, points: along("secondMoment") },
          { kind: "line", series: `${prefix}μ`, points: along("covariance") },
          { kind: "rule", series: `1: Σ = ${geometry}`, axis: "y", value: 1 },
        ],
      },
      {
        x,
        y: { label: "loss L", scale: "log" },
        layers: [
          { kind: "line", series: "loss", points: moments.map(({ steps, loss }) => ({ x: steps, y: loss })) },
        ],
      },
    ],
  };
}

/** A band where J is the same at every θ, else the range at the θ that it holds for. */
function certified(certificate: Certificate | undefined, { steps, outputs }: Look, end: number): Layer {
  const extremes = certificate?.lossAlignment;
  if (!certificate || !extremes || !isDefined(extremes)) {
    return { kind: "points", series: certificateName, points: [] };
  }
  const { times } = perOutput(outputs);
  const [low, high] = [times * extremes.min, times * extremes.max];
  return certificate.isEverywhere
    ? { kind: "band", series: certificateName, points: [0, end].map((x) => ({ x, low, high })) }
    : { kind: "points", series: certificateName, points: [{ x: steps, y: (low + high) / 2, low, high }] };
}
