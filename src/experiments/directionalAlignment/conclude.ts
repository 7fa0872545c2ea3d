import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, groups, mean, numbers, where } from "../rows.ts";
import { check, estimate, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { labelNoise, leak, randomDirections, type Sizes, training } from "./setting.ts";

/**
 * An identity holds to rounding. At n = 32 d one direction's g has a standard deviation of about 2/√n = 6 %, more where
 * residual and direction agree: a mean over directions may be off by 5 %, the worst of d by 25 %, and ε of
 * g ∈ [1 − ε, 2 + ε] leaves room for both. For networks [WW] has a constant that falls with the ratio of the slopes
 * (docs/theory.md §3 b), here read as that ratio. From n = d to n = 32 d the shortfall should fall by √32; half is asked.
 */
const margins = {
  rounding: 1e-10,
  mean: 0.05,
  each: 0.25,
  epsilon: 0.3,
  network: leak,
  random: 0.2,
  shrinks: 0.5,
};

export function conclude(rows: readonly Row[], size: Sizes): Conclusion {
  const summaries = where(rows, { kind: "summary" });
  const many = where(summaries, { samples: size.profiles[1] });
  return {
    checks: [
      ...bounded(many, size),
      shrinks(summaries, size),
      ...closedForms(many.filter(isLinear), size),
      randomEverywhere(summaries),
      identities(summaries),
    ],
    reading: reading(summaries, size),
    setting: setting(size),
    figures: figures(rows, size),
  };
}

/** Exact statements about K with full row rank: they test the measurement more than the claim. */
function identities(summaries: readonly Row[]): Check {
  const own = summaries.filter(({ fullRowRank }) => fullRowRank);
  const statement = (name: string) =>
    `where K has full row rank, over its directions the mean of g₁(v_k) is 1 and that of g(v_k) 1 − 1/n, to ${margins.rounding} (worst case: ${name})`;
  const cases = groups(own, ["model", "inputs"]).map(({ name, rows }) =>
    check(
      statement(name),
      rows.map(({ samples, mean: covariance, meanSecondMoment }) =>
        Math.max(
          Math.abs((covariance as number) - (1 - 1 / (samples as number))),
          Math.abs((meanSecondMoment as number) - 1),
        ),
      ),
      { atMost: margins.rounding },
    ),
  );
  return cases.length === 0 ? check(statement("no such n"), [], { atMost: margins.rounding }) : worst(cases);
}

/** Against g(v) = 1 + (vᵀ∇L)²/(2L·vᵀGv) of the population: linear and over-parameterised linear models. */
function closedForms(many: readonly Row[], { profiles: [, n] }: Sizes): readonly Check[] {
  const cases = groups(many, ["model", "inputs", "theta"]);
  const within = { atLeast: 1 - margins.mean, atMost: 1 + margins.mean };
  return [
    worst(
      cases.map(({ name, rows }) =>
        check(
          `n = ${n}: over the eigen-directions, g(v_k) lies on average within ${100 * margins.mean} % of its closed form 1 + (vᵀSδ)²/(δᵀSδ·vᵀSv) (worst case: ${name})`,
          numbers(rows, "meanRatio"),
          within,
        ),
      ),
    ),
    worst(
      cases.map(({ name, rows }) =>
        check(
          `n = ${n}: the largest relative deviation of any g(v_k) from its closed form is at most ${margins.each} (worst case: ${name})`,
          numbers(rows, "worstDeviation"),
          { atMost: margins.each },
        ),
      ),
    ),
    worst(
      cases.map(({ name, rows }) =>
        check(
          `n = ${n}: every g(v_k) of a linear model lies in [1 − ε, 2 + ε], ε = ${margins.epsilon} (largest excess beyond [1, 2]; worst case: ${name})`,
          rows.map(({ least, largest }) => Math.max(1 - (least as number), (largest as number) - 2)),
          { atMost: margins.epsilon },
        ),
      ),
    ),
    worst(
      cases.map(({ name, rows }) =>
        check(
          `n = ${n}: over random directions, g lies on average within ${100 * margins.mean} % of its closed form (worst case: ${name})`,
          numbers(rows, "randomRatio"),
          within,
        ),
      ),
    ),
  ];
}

/** The claim itself: linear models down to 1 − ε, networks down to a constant of their slopes. */
function bounded(many: readonly Row[], { profiles: [, n], dimension }: Sizes): readonly Check[] {
  const multiple = Math.round(n / (dimension * Math.log(dimension)));
  const least = (rows: readonly Row[], models: string, bound: number) =>
    worst(
      groups(rows, ["model", "inputs", "theta"]).map(({ name, rows: own }) =>
        check(
          `n = ${n}, ${multiple} times d log d: the smallest g(v_k) over all eigen-directions is at least ${bound} for ${models} (worst case: ${name})`,
          numbers(own, "least"),
          { atLeast: bound },
        ),
      ),
    );
  return [
    least(
      many.filter(isLinear),
      "linear and over-parameterised linear models at every θ",
      1 - margins.epsilon,
    ),
    least(
      many.filter((row) => !isLinear(row)),
      "two-layer networks at every θ, the ratio α/β of their slopes",
      margins.network,
    ),
  ];
}

/** Only models linear in x have a closed form of g. */
function isLinear({ meanRatio }: Row): boolean {
  return meanRatio !== null;
}

function shrinks(summaries: readonly Row[], { profiles: [, many], dimension, samples }: Sizes): Check {
  const few = Math.max(...samples.filter((n) => n <= dimension));
  const shortfall = (rows: readonly Row[]) => 1 - mean(numbers(rows, "least"));
  return worst(
    groups(summaries, ["model", "inputs"]).map(({ name, rows }) =>
      check(
        `the shortfall of the smallest g(v_k) from 1 at n = ${many} is at most ${margins.shrinks} of that at n = ${few} (worst case: ${name})`,
        distinct<number>(rows, "seed").map(
          (seed) =>
            shortfall(where(rows, { seed, samples: many })) / shortfall(where(rows, { seed, samples: few })),
        ),
        { atMost: margins.shrinks },
      ),
    ),
  );
}

/** One value a seed: its mean over the situations, which share the inputs. */
function randomEverywhere(summaries: readonly Row[]): Check {
  return worst(
    groups(summaries, ["model", "inputs", "samples"]).map(({ name, rows }) =>
      check(
        `random directions: mean g(v)/(1 − 1/n) is at least ${1 - margins.random} at every n, below d as above, for every model class (worst case: ${name})`,
        distinct<number>(rows, "seed").map((seed) => {
          const own = where(rows, { seed });
          return mean(numbers(own, "random")) / (1 - 1 / (own[0].samples as number));
        }),
        { atLeast: 1 - margins.random },
      ),
    ),
  );
}

function reading(summaries: readonly Row[], { profiles: [few, many], dimension }: Sizes): string {
  const extremes = (n: number) =>
    groups(where(summaries, { samples: n }), ["model"])
      .map(({ name, rows }) => {
        const [least, largest] = [estimate(numbers(rows, "least")), estimate(numbers(rows, "largest"))];
        return `${least.mean.toFixed(2)} to ${largest.mean.toFixed(2)} (${name})`;
      })
      .join(", ");
  return (
    `With n = ${many} samples g(v_k) ran from the smallest to the largest eigen-direction value over ${extremes(many)}. ` +
    `Below d = ${dimension} no bound is claimed and none is seen: at n = ${few} the values ran over ${extremes(few)}, with only their mean, 1 − 1/n, fixed. The network's smallest value is the lowest: its residual is not linear in x, and no closed form holds g at 1 or above. Random directions average over the spectrum and stay near 1 at every n.`
  );
}

function setting(size: Sizes): readonly string[] {
  const { dimension: d, linearWidth, width } = size;
  return [
    `Models: linear, p = d = ${d}; two-layer linear of width ${linearWidth}, p = ${(d + 1) * linearWidth}, both layers trained; two-layer with leaky ReLU (slope ${leak} below zero), width ${width}, p = ${d * width}, second layer fixed at ±1/√m.`,
    `Data: x ~ N(0, S), S isotropic or with the power law 1/k; n from ${size.samples[0]} to ${size.samples.at(-1)}. Targets: θ*ᵀx with θ* ~ N(0, I/d), plus noise of standard deviation ${labelNoise} where named.`,
    `θ: each model's initialisation; the same three times as far out; after SGD from the initialisation (batch ${training.batchSize}, with replacement) until the loss is ${100 * training.lossShare} % of its start, at most ${training.maxSteps} steps.`,
    `Directions: every eigenvector of the Gauss–Newton matrix with a nonzero eigenvalue; ${randomDirections} random ones, uniform on the sphere of parameter space.`,
    `${size.seeds} seeds: each draws inputs, targets, θ and directions anew. Intervals: 95 % Student over seeds.`,
  ];
}
