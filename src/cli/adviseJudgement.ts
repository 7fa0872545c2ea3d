/** Measures at a point what the answers of `noisegeo advise` need. */
import type { Advice } from "../dynamics/advice.ts";
import type { HessianEigenvalue } from "../geometry/hessian.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { format } from "../report/measurement/reading.ts";
import { type Condition, type Judgement, limits, percent } from "./adviseConditions.ts";
import type { NetworkFacts } from "./pointSource.ts";

export function judge(advice: Advice, network: NetworkFacts | undefined): Judgement {
  const relative = relativeLoss(advice);
  const share = stepShare(advice);
  const low = interpolates(advice, relative);
  const plain = plainSgd(advice, network);
  return {
    relativeLoss: relative,
    stepShare: share,
    conditions: [
      {
        name: "interpolation",
        label: "the loss is low",
        holds: low,
        statement: interpolationStatement(advice, relative),
        consequence: "the answers are about minima that fit every sample, and this is none",
      },
      {
        name: "finiteMinimum",
        label: "minimum at finite outputs",
        holds: advice.interpolation.finiteMinimum,
        statement:
          advice.lossKind === "mse"
            ? "the square loss"
            : "cross-entropy: finite where every class has a positive target probability",
        consequence: "curvature falls on as the loss does, so the numbers are those of this moment",
      },
      curvature(advice),
      {
        name: "minimum",
        label: "the gradient is small",
        holds: atMinimum(share, low),
        statement: minimumStatement(advice, share),
        consequence: "the point moves on to another curvature",
      },
      ...(plain ? [plain] : []),
      enoughSamples(advice, network),
    ],
  };
}

function relativeLoss({ summary, interpolation }: Advice): number | Undefined {
  const { targetLosses } = interpolation;
  if (!isDefined(targetLosses)) return targetLosses;
  const { ofMean, least } = targetLosses;
  if (!(ofMean > least)) return { undefined: "all targets are equal: their mean predicts them" };
  return Math.max(0, summary.loss - least) / (ofMean - least);
}

function interpolates({ summary }: Advice, relative: number | Undefined): boolean | Undefined {
  if (summary.loss === 0) return true;
  return isDefined(relative) ? relative <= limits.interpolation : relative;
}

function interpolationStatement({ summary, interpolation }: Advice, relative: number | Undefined): string {
  const { irreducibleLoss, targetLosses } = interpolation;
  const stays =
    isDefined(irreducibleLoss) && irreducibleLoss > 0 && summary.loss > 0
      ? `; ${percent(irreducibleLoss / summary.loss)} of it stays at the minimum of the linearised model`
      : "";
  if (summary.loss === 0) return "L = 0";
  if (!isDefined(relative)) return `L = ${format(summary.loss)}${stays}`;
  const ofMean = isDefined(targetLosses) ? format(targetLosses.ofMean) : "";
  return `L = ${format(summary.loss)} is ${percent(relative)} of the loss of predicting the mean, ${ofMean} (limit ${percent(limits.interpolation)})${stays}`;
}

function curvature(advice: Advice): Condition {
  const { hessian } = advice;
  const about = {
    name: "curvature",
    label: "H is close to G",
    consequence: "G does not stand for the curvature, and the thresholds are off by about as much",
  } as const;
  if (!isDefined(hessian)) return { ...about, holds: hessian, statement: "" };
  const sharpest = advice.problem.eigenvalues[0];
  const frobenius = advice.summary.gaussNewtonFrobenius;
  const deviations = [
    Math.abs(hessian.largest.value / sharpest - 1),
    -hessian.smallest.value / sharpest,
    hessian.along / sharpest,
    hessian.frobenius / frobenius,
  ];
  const error = hessian.frobeniusStandardError / frobenius;
  return {
    ...about,
    holds: deviations.every((deviation) => deviation <= limits.curvature),
    statement: [
      `λ_max(H)/λ₁ = ${eigenvalue(hessian.largest, sharpest)}`,
      `λ_min(H)/λ₁ = ${eigenvalue(hessian.smallest, sharpest)}`,
      `‖(H − G)v₁‖/λ₁ = ${format(hessian.along / sharpest)}`,
      `‖H − G‖_F/‖G‖_F = ${format(hessian.frobenius / frobenius)}${error > 0 ? ` ± ${format(error)}` : ""} (limit ${limits.curvature})`,
    ].join(", "),
  };
}

function eigenvalue({ value, residual, converged }: HessianEigenvalue, unit: number): string {
  return converged ? format(value / unit) : `${format(value / unit)} ± ${format(residual / unit)}`;
}

function stepShare({ summary, problem, interpolation }: Advice): number | Undefined {
  const { targetLosses } = interpolation;
  const loss = summary.loss - (isDefined(targetLosses) ? targetLosses.least : 0);
  if (problem.rank === 0)
    return { undefined: "the Gauss–Newton matrix is zero: there is no gradient either" };
  if (!(loss > 0)) return { undefined: "the loss is at its least: there is no gradient left" };
  return summary.gradientNormSquared / problem.eigenvalues[0] / (2 * loss);
}

function atMinimum(share: number | Undefined, low: boolean | Undefined): boolean | Undefined {
  // nothing pulls where no output moves, or the loss is as low as can be
  if (!isDefined(share) || share <= limits.minimum || low === true) return true;
  if (isDefined(low)) return false;
  return {
    undefined:
      "whether the loss is low is not known: near 0 a gradient is no matter, elsewhere it is no minimum",
  };
}

function minimumStatement({ summary }: Advice, share: number | Undefined): string {
  const gradient = `‖∇L‖ = ${format(Math.sqrt(summary.gradientNormSquared))}`;
  if (!isDefined(share)) return gradient;
  return `${gradient}: one step of GD with η = 1/λ₁ would take at least ${percent(share)} of L away (limit ${percent(limits.minimum)}, or a low loss)`;
}

function plainSgd(advice: Advice, network: NetworkFacts | undefined): Condition | undefined {
  const training = network?.training;
  if (!training) return undefined;
  const { momentum, weightDecay } = training;
  const sharpest = advice.problem.eigenvalues[0] ?? 0;
  return {
    name: "plainSgd",
    label: "plain SGD",
    holds: momentum === 0 && weightDecay <= limits.weightDecay * sharpest,
    statement: `the run has momentum ${format(momentum)} and weight decay ${format(weightDecay)} (limits 0 and ${percent(limits.weightDecay)} of λ₁)`,
    consequence: "the answers are about SGD without momentum and without weight decay",
  };
}

function enoughSamples({ samples, noiseScale }: Advice, network: NetworkFacts | undefined): Condition {
  const about = {
    name: "samples",
    label: "samples enough for the noise scale",
    consequence: "of more samples the gradient would be shorter and the noise scale larger",
  } as const;
  const all = network ? network.available : samples;
  const taken = `${network ? `${samples} of ` : ""}${all} sample${all === 1 ? "" : "s"}`;
  if (!isDefined(noiseScale)) return { ...about, holds: noiseScale, statement: taken };
  const share = noiseScale.value / samples;
  const statement = `${taken}: the noise scale is ${format(share)} of n (limit ${limits.noiseScale}, or all samples there are)`;
  if (share <= limits.noiseScale || network?.available === samples)
    return { ...about, holds: true, statement };
  return {
    ...about,
    holds: network ? false : { undefined: "a Jacobian does not say whether these are all" },
    statement,
  };
}
