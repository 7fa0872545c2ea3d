import type { GaussianDesign } from "../../data/designs.ts";
import { matrix } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { mean } from "../rows.ts";
import { trainTowards } from "../training.ts";
import { type Direction, type Directions, directionsAt, populationAlignment } from "./directions.ts";
import { type Instance, modelClasses } from "./modelClasses.ts";
import { designs, type Sizes, situations, slices, training } from "./setting.ts";

export interface DirectionalTrial extends Record<string, number | string> {
  model: string;
  inputs: string;
  seed: number;
}

/** g along eigen- and random directions at every n and situation: a summary each, and the spectrum at two n. */
export async function measure(
  trial: DirectionalTrial,
  { kernels, stream }: TrialContext,
  size: Sizes,
): Promise<readonly Row[]> {
  const design = designs(size.dimension).get(trial.inputs);
  const build = modelClasses.get(trial.model);
  if (!design || !build) throw new RangeError(`trial: got ${trial.model}, ${trial.inputs}`);
  const rows: Row[] = [];
  for (const samples of size.samples) {
    const draws = stream.split("n", samples);
    const inputs = design.sample(samples, draws.split("inputs"));
    const teacher = draws
      .split("teacher")
      .gaussians(new Float64Array(size.dimension), size.dimension ** -0.5);
    for (const { theta: name, noise, trained, spread } of situations) {
      const own = draws.split(name);
      const labels = own.split("labels").gaussians(new Float64Array(samples), noise);
      kernels.gemv(1, inputs, teacher, 1, labels);
      const targets = matrix(samples, 1, labels);
      const instance = build({ inputs, targets, size, stream: own.split("model"), kernels });
      const start = instance.model.initialize(own.split("initial")).map((weight) => weight * spread);
      const theta = trained ? train(instance, start, design, own.split("batches")) : start;
      const { linear } = instance;
      const closedForm = linear
        ? populationAlignment(
            linear.root(theta),
            design.eigenvalues,
            linear.effective(theta).map((weight, k) => weight - teacher[k]),
            noise,
            kernels,
          )
        : () => null;
      const directions = await directionsAt(instance, theta, closedForm, own.split("directions"), kernels);
      rows.push({ kind: "summary", samples, theta: name, ...summary(directions, samples) });
      if (size.profiles.includes(samples)) {
        rows.push(...profile(directions.eigen).map((slice) => ({ samples, theta: name, ...slice })));
      }
    }
  }
  return rows;
}

function train(
  { model, learningRate }: Instance,
  theta: Float64Array,
  design: GaussianDesign,
  stream: RandomStream,
): Float64Array {
  const trace = design.eigenvalues.reduce((sum, value) => sum + value, 0);
  return trainTowards(model, theta, { ...training, learningRate: learningRate / trace, stream });
}

/** One row for all directions at a point; the ratios are g over its closed form. */
export function summary({ eigen, random }: Directions, samples: number): Row {
  const values = eigen.map(({ covariance }) => covariance);
  const ratios = overClosedForm(eigen);
  const randomRatios = overClosedForm(random);
  return {
    rank: eigen.length,
    fullRowRank: eigen.length === samples,
    least: Math.min(...values),
    largest: Math.max(...values),
    mean: mean(values),
    meanSecondMoment: mean(eigen.map(({ secondMoment }) => secondMoment)),
    random: mean(random.map(({ covariance }) => covariance)),
    meanRatio: ratios && mean(ratios),
    worstDeviation: ratios && Math.max(...ratios.map((ratio) => Math.abs(ratio - 1))),
    randomRatio: randomRatios && mean(randomRatios),
  };
}

/** g over its closed form in every direction, or null where there is none. */
function overClosedForm(directions: readonly Direction[]): readonly number[] | null {
  const ratios = directions.flatMap(({ covariance, closedForm }) =>
    closedForm === null ? [] : [covariance / closedForm],
  );
  return ratios.length === 0 ? null : ratios;
}

/** Slices of the spectrum at k/rank: the mean g of each with its extremes and its closed form. */
function profile(eigen: readonly Direction[]): readonly Row[] {
  const count = Math.min(slices, eigen.length);
  return Array.from({ length: count }, (_, slice) => {
    const from = Math.floor((slice * eigen.length) / count);
    const own = eigen.slice(from, Math.floor(((slice + 1) * eigen.length) / count));
    const values = own.map(({ covariance }) => covariance);
    const forms = own.flatMap(({ closedForm }) => (closedForm === null ? [] : [closedForm]));
    return {
      kind: "slice",
      position: (slice + 0.5) / count,
      covariance: mean(values),
      least: Math.min(...values),
      largest: Math.max(...values),
      closedForm: forms.length === 0 ? null : mean(forms),
    };
  });
}
