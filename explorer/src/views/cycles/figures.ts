import type { Axis, Figure, Layer, Panel } from "../../../../src/experiments/figure.ts";
import { isDefined } from "../../../../src/geometry/undefined.ts";
import type { Look, Sight } from "./look.ts";
import type { Update } from "./tasks.ts";

/** All that is seen along the way, panels one below another on the time axis that they share. */
export function alongTheWay({ looks, flattestTrace }: Update, rates: Float64Array): Figure {
  const x: Axis = { label: "step", scale: "linear", domain: [0, rates.length] };
  const both = (value: (sight: Sight) => number | undefined, words = ""): readonly Layer[] =>
    (["gd", "sgd"] as const).map((run) => ({
      kind: "line",
      series: `${run.toUpperCase()}${words}`,
      points: along(looks, run, value),
    }));
  const hasAccuracy = looks.some(({ sgd }) => isDefined(sgd) && sgd.accuracy !== undefined);
  const flattest: readonly Layer[] =
    flattestTrace === undefined
      ? []
      : [{ kind: "rule", series: "flattest minimum", axis: "y", value: flattestTrace }];
  const panels: readonly Panel[] = [
    {
      x,
      y: { label: "learning rate, over 2/λ₁ at the start (dimensionless)", scale: "log" },
      layers: [
        { kind: "line", series: "η", points: steps(rates) },
        ...both(({ edge }) => edge, "'s 2/λ₁"),
        {
          kind: "line",
          series: "η*, SGD's threshold",
          points: looks.flatMap(({ steps, threshold }) =>
            isDefined(threshold) ? [{ x: steps, y: threshold }] : [],
          ),
        },
      ],
    },
    {
      x,
      y: { label: "loss L, over that of f = 0 (dimensionless)", scale: "log" },
      layers: both(({ loss }) => loss),
    },
    { x, y: { label: "λ_max(G)", scale: "linear" }, layers: both(({ lambdaMax }) => lambdaMax) },
    { x, y: { label: "Tr G", scale: "linear" }, layers: [...flattest, ...both(({ trace }) => trace)] },
    ...(hasAccuracy
      ? [
          {
            x,
            y: { label: "share of the held-out digits told apart (dimensionless)", scale: "linear" } as const,
            layers: both(({ accuracy }) => accuracy),
          },
        ]
      : []),
  ];
  return {
    id: "cycles",
    title: "Along the way",
    caption:
      "One run of SGD and of GD from the same start under the same learning rate η (the experiment cyclical has intervals " +
      "over many). Above: η, and the learning rates at which each " +
      "becomes unstable where it is: 2/λ₁(G) for GD, the exact threshold η* in mean square for SGD, both as if the loss were 0 there. " +
      "Below, on the same axis: loss, sharpness of G" +
      `${hasAccuracy ? ", and the share of 240 other digits for which the sign, even or odd, is right." : ". The flattest minimum has the same outputs as the teacher everywhere."}`,
    panels,
    isStacked: true,
  };
}

function along(
  looks: readonly Look[],
  run: "sgd" | "gd",
  value: (sight: Sight) => number | undefined,
): readonly { x: number; y: number }[] {
  return looks.flatMap(({ steps, [run]: sight }) => {
    const y = isDefined(sight) ? value(sight) : undefined;
    return y === undefined ? [] : [{ x: steps, y }];
  });
}

/** Where the schedule changes, with both sides of a jump, and no more points than a picture shows. */
export function steps(rates: Float64Array): readonly { x: number; y: number }[] {
  const points: { x: number; y: number }[] = [];
  const stride = Math.max(1, Math.floor(rates.length / 500));
  for (let step = 0; step < rates.length; step++) {
    const before = rates[step - 1] ?? rates[0];
    const isJump = Math.abs(Math.log(rates[step] / before)) > 0.05;
    if (isJump) points.push({ x: step, y: before });
    if (isJump || step % stride === 0) points.push({ x: step, y: rates[step] });
  }
  return [...points, { x: rates.length, y: rates[rates.length - 1] }];
}
