import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, groups, mean, numbers, perSeed, slope, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { firstOrderReach, lossAgainstStep, sharesByDirection, sharpestAgainstStep } from "./figures.ts";
import { networkSetting } from "./networks.ts";
import { above, arms, batchSize, followed as followedSetting, type Sizes, startLoss } from "./setting.ts";

/** Of the growth of the loss a step. GD has no spread but that of its starts. */
const growthMargin = { sgd: 0.06, gradientDescent: 0.01 };
/** Part of the loss that is in another direction than predicted. */
const misplaced = 0.1;
/** Of the squared displacement along the sharpest direction. Where λ₂ is nearly λ₁, GD takes long to have all of it there. */
const alone = 0.9;
const notAlone = 0.6;
/** In place of the constant that the paper does not give. */
const paperConstant = 0.5;
/** Half of the way back to the minimum at least. */
const returned = 0.5;
/** First order to so much, up to that loss in units of that of f = 0. */
const firstOrder = { deviation: 0.05, decade: -4 };
/** Second-order terms are to those of first order as ‖w‖, so as √L. */
const exponent = { atLeast: 0.4, atMost: 0.6 };

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const looks = where(rows, { kind: "look" });
  const directions = where(rows, { kind: "direction" });
  const spectra = where(rows, { kind: "spectrum" });
  const followed = where(rows, { kind: "followed" });
  return {
    checks: [
      growth(looks, "sgd"),
      growth(looks, "gradientDescent"),
      predictedDirections(directions),
      alongSharpest(looks, sizes),
      offSharpest(looks, sizes),
      paperBound(directions, spectra),
      noiseAlone(looks, sizes),
      reach(followed),
      secondOrder(followed),
    ],
    reading: reading(rows, sizes),
    setting: setting(rows, sizes),
    figures: [
      lossAgainstStep(looks),
      sharesByDirection(directions),
      sharpestAgainstStep(looks),
      firstOrderReach(followed),
    ],
  };
}

function growth(rows: readonly Row[], arm: "sgd" | "gradientDescent"): Check {
  const margin = growthMargin[arm];
  return overModels(where(rows, { arm: arms[arm] }), (own, name) =>
    check(
      `${arms[arm]}: over the second half of the steps the mean loss of the network itself grows a step as the exact second moment of the linearised problem says, within ${100 * margin} % (ratio of the two; worst case: ${name})`,
      distinct<number>(own, "seed").map((seed) => {
        const times = where(own, { seed });
        const last = times[times.length - 1];
        const middle = times[Math.floor(times.length / 2)];
        const grown = (field: string) => (last[field] as number) - (middle[field] as number);
        const steps = (last.time as number) - (middle.time as number);
        return Math.exp((grown("logLoss") - grown("exactLogLoss")) / steps);
      }),
      { atLeast: 1 - margin, atMost: 1 + margin },
    ),
  );
}

function predictedDirections(rows: readonly Row[]): Check {
  const own = rows.filter((row) => row.arm === arms.sgd);
  return overModels(own, (of, name) =>
    check(
      `SGD: the loss lies where the exact second moment says, direction by direction: at most ${misplaced} of it elsewhere, ½ Σ_k |share − exact share| (worst case: ${name})`,
      distinct<number>(of, "seed").map((seed) =>
        where(of, { seed }).reduce(
          (sum, row) => sum + Math.abs((row.share as number) - (row.exactShare as number)) / 2,
          0,
        ),
      ),
      { atMost: misplaced },
    ),
  );
}

function alongSharpest(rows: readonly Row[], { steps }: Sizes): Check {
  return overModels(where(rows, { arm: arms.gradientDescent, time: steps }), (own, name) =>
    check(
      `GD leaves along u₁: at least ${alone} of its squared displacement there after ${steps} steps (worst case: ${name})`,
      numbers(own, "displacedSharpest"),
      { atLeast: alone },
    ),
  );
}

function offSharpest(rows: readonly Row[], { steps }: Sizes): Check {
  return overModels(where(rows, { arm: arms.sgd, time: steps }), (own, name) =>
    check(
      `SGD does not: at most ${notAlone} of its squared displacement is along u₁ after ${steps} steps (worst case: ${name})`,
      numbers(own, "displacedSharpest"),
      { atMost: notAlone },
    ),
  );
}

function paperBound(directions: readonly Row[], spectra: readonly Row[]): Check {
  const sharpest = where(directions, { arm: arms.sgd, direction: 1 });
  return overModels(sharpest, (own, name) =>
    check(
      `SGD: the share of the loss off u₁ is at least ${paperConstant} of Σ_{i>1}λ_i²/‖G‖_F², what the paper's bound on D_1 says with constant 1 (ratio of the two; worst case: ${name})`,
      own.map(({ model, seed, share }) => {
        const [{ paperFlat }] = where(spectra, { model, seed });
        return (1 - (share as number)) / (paperFlat as number);
      }),
      { atLeast: paperConstant },
    ),
  );
}

function noiseAlone(rows: readonly Row[], { steps }: Sizes): Check {
  return overModels(where(rows, { arm: arms.sameRate, time: steps }), (own, name) =>
    check(
      `noise alone does it: with all samples in every batch and the same η the network goes back, its loss after ${steps} steps at most ${returned} of that at the start (worst case: ${name})`,
      numbers(own, "logLoss").map(Math.exp),
      { atMost: returned },
    ),
  );
}

function reach(rows: readonly Row[]): Check {
  const { deviation, decade } = firstOrder;
  return overModels(rows, (own, name) =>
    check(
      `first order holds until the loss is 10^${decade} of that of f = 0: there w of a run is within ${100 * deviation} % of the linearised run on the same batches (mean log₁₀ ‖w − w'‖/‖w'‖; worst case: ${name})`,
      perSeed(logarithms(where(own, { decade })), "logDeviation"),
      { atMost: Math.log10(deviation) },
    ),
  );
}

function secondOrder(rows: readonly Row[]): Check {
  const small = rows.filter((row) => (row.decade as number) <= firstOrder.decade);
  return overModels(small, (own, name) =>
    check(
      `what is left grows as terms of second order do, as the root of the loss: mean exponent of each seed's fit in [${exponent.atLeast}, ${exponent.atMost}] (worst case: ${name})`,
      distinct<number>(own, "seed").map((seed) => {
        const ofSeed = logarithms(where(own, { seed }));
        return slope(numbers(ofSeed, "decade"), numbers(ofSeed, "logDeviation"));
      }),
      exponent,
    ),
  );
}

function logarithms(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => ({ ...row, logDeviation: Math.log10(row.deviation as number) }));
}

function overModels(rows: readonly Row[], judge: (own: readonly Row[], name: string) => Check): Check {
  return worst(groups(rows, ["model"]).map((group) => judge(group.rows, group.name)));
}

function reading(rows: readonly Row[], { steps }: Sizes): string {
  const parts = groups(where(rows, { kind: "look", time: steps, arm: arms.sgd }), ["model"]).map((group) => {
    const loss = 1 - mean(numbers(group.rows, "sharpest"));
    const moved = 1 - mean(numbers(group.rows, "displacedSharpest"));
    return `${group.name}: ${percent(loss)} of the loss and ${percent(moved)} of the squared displacement`;
  });
  const late = groups(where(rows, { kind: "followed", decade: -2 }), ["model"]).map(
    (group) => `${percent(10 ** mean(perSeed(logarithms(group.rows), "logDeviation")))} (${group.name})`,
  );
  const ratios = groups(where(rows, { kind: "spectrum" }), ["model"]).map((group) =>
    mean(numbers(group.rows, "thresholdRatio")).toFixed(2),
  );
  return (
    `η* of B = ${batchSize} was ${ratios.join(" and ")} of 2/λ₁ in the mean. Off the sharpest direction SGD had, after ${steps} steps, in the mean: ${parts.join("; ")}. GD above 2/λ₁ had next to nothing there. ` +
    `The linearised problem tells this from the Gram matrix alone, as long as the run is near: at a loss of 10⁻² of that of f = 0 the two had parted by some ${late.join(" and ")}; what comes after it does not tell.`
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function setting(rows: readonly Row[], sizes: Sizes): readonly string[] {
  const { seeds, runs, descents, steps, followed } = sizes;
  const images = distinct<string>(where(rows, { model: "convolutional network" }), "data");
  return [
    ...networkSetting(images),
    `Start: w₀ ~ N(0, s²I) in the eigenbasis of G, expected loss ${startLoss} of that of f = 0. SGD: B = ${batchSize}, η = ${above.sgd}·η*, ${runs} runs of the network as a population that is drawn anew, with weights, wherever few runs carry the loss; expectations stay what they are. GD: η = ${above.gradientDescent}·2/λ₁, and SGD's η, from ${descents} starts. ${steps} steps.`,
    `Followed run by run beside the linearised run on the same batches: ${followed.runs} at ${followedSetting.factor}·η*, at most ${followed.steps} steps, from an expected loss of ${followedSetting.startLoss} of that of f = 0.`,
    `${seeds} seeds: each draws data, initialisation and batches anew. Intervals: 95 % Student over seeds.`,
  ];
}
