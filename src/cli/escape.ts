import process from "node:process";
import type { Command } from "commander";
import { batchNoise } from "../dynamics/batchNoise.ts";
import type { SgdStep } from "../dynamics/secondMoment.ts";
import { simulateSgd } from "../dynamics/simulate.ts";
import { simulateDecoupled } from "../dynamics/simulateDecoupled.ts";
import type { SimulationOptions } from "../dynamics/trajectories.ts";
import { InputError } from "../inputError.ts";
import { openKernels } from "../linalg/kernels/select.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import { positiveInteger, positiveIntegers, positiveNumber, wholeNumber } from "./arguments.ts";
import { type EscapeDocument, escapeDocument } from "./escapeDocument.ts";
import { predictDecoupled, predictExact } from "./escapePrediction.ts";
import { type SimulationRequest, simulateEscape } from "./escapeSimulation.ts";
import { readMinimum, readSpectrum } from "./escapeSource.ts";
import { escapeTable } from "./escapeTable.ts";
import { addKernelOptions, type KernelOptions } from "./kernelOptions.ts";
import { startProgress } from "./progress.ts";

interface EscapeCommandOptions extends KernelOptions {
  readonly eigenvalues?: string;
  readonly jacobian?: string;
  readonly learningRate: number;
  readonly batch: number;
  readonly samples?: number;
  readonly replacement?: boolean;
  readonly k: readonly number[];
  readonly simulate?: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly json?: string;
}

const simulationDefaults = { steps: 100, seed: 1 };

export function setUpEscape(command: Command, signal: AbortSignal): void {
  addKernelOptions(command)
    .option("--eigenvalues <file>", "npy array of the eigenvalues of G, for decoupled noise Σ = 2L·G")
    .option("--jacobian <file>", "npy array of shape (n, p) or (n, C, p): ∂f(x_i)/∂θ at the minimum")
    .requiredOption("--learning-rate <rate>", "η", positiveNumber)
    .option("--batch <size>", "B", positiveInteger, 1)
    .option(
      "--samples <count>",
      "with --eigenvalues: n, for batches without replacement (default: with)",
      positiveInteger,
    )
    .option("--replacement", "with --jacobian: draw batches with replacement")
    .option(
      "--k <k,k,…>",
      "of how many sharpest directions to set the loss against that of the rest",
      positiveIntegers,
      [1, 5, 10],
    )
    .option("--simulate <trajectories>", "simulate so many trajectories besides", positiveInteger)
    .option("--steps <count>", `with --simulate: T (default: ${simulationDefaults.steps})`, positiveInteger)
    .option("--seed <seed>", `with --simulate (default: ${simulationDefaults.seed})`, wholeNumber)
    .option("--json <file>", "write the document there; - is standard output, with nothing else on it")
    .action((options: EscapeCommandOptions) => run(options, signal));
}

async function run(options: EscapeCommandOptions, signal: AbortSignal): Promise<void> {
  const { eigenvalues, jacobian, samples, json } = options;
  if ((eigenvalues === undefined) === (jacobian === undefined)) {
    const got = eigenvalues === undefined ? "neither" : "both";
    throw new InputError(`expected one source (--eigenvalues L.npy or --jacobian J.npy), got ${got}`);
  }
  if (samples !== undefined && (jacobian !== undefined || options.replacement)) {
    const got = jacobian === undefined ? "--replacement" : "--jacobian, which has its samples";
    throw new InputError(
      `--samples: expected --eigenvalues and batches without replacement, got ${got}; leave --samples out`,
    );
  }
  const alone = options.steps === undefined ? "--seed" : "--steps";
  if (options.simulate === undefined && (options.steps ?? options.seed) !== undefined) {
    throw new InputError(
      `${alone}: expected --simulate TRAJECTORIES with it, got none; add it or leave ${alone} out`,
    );
  }
  const { minimum, document } =
    eigenvalues === undefined
      ? await exactEscape(jacobian as string, options, signal)
      : await decoupledEscape(eigenvalues, options, signal);
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (json !== undefined && json !== "-") await writeFileAtomically(json, text);
  process.stdout.write(json === "-" ? text : escapeTable(minimum, document));
}

interface Escape {
  /** For people: what SGD leaves. */
  readonly minimum: string;
  readonly document: EscapeDocument;
}

async function decoupledEscape(
  path: string,
  options: EscapeCommandOptions,
  signal: AbortSignal,
): Promise<Escape> {
  const eigenvalues = await readSpectrum(path);
  const { samples = Infinity, learningRate } = options;
  const step = stepOf(options, samples === Infinity, samples, eigenvalues[0]);
  const prediction = predictDecoupled(eigenvalues, samples, step, options.k);
  const request = simulationOf(options);
  const noise = { learningRate, noise: batchNoise(samples, step) };
  const simulate = (what: SimulationOptions) => simulateDecoupled(eigenvalues, noise, what);
  const simulation = request && (await simulateEscape(request, options.k, eigenvalues, simulate, signal));
  const minimum = `${path}: ${eigenvalues.length} eigenvalues, noise Σ = 2L·G`;
  return { minimum, document: escapeDocument("decoupled", step, prediction, simulation) };
}

async function exactEscape(
  path: string,
  options: EscapeCommandOptions,
  signal: AbortSignal,
): Promise<Escape> {
  const kernels = await openKernels({ threads: options.threads });
  const progress = startProgress("reading the Jacobian");
  try {
    const problem = await readMinimum(path, kernels, (fraction) => {
      signal.throwIfAborted();
      progress.update(fraction);
    });
    progress.finish();
    const { samples, outputs, rank, eigenvalues } = problem;
    const step = stepOf(options, options.replacement === true, samples, eigenvalues[0]);
    const prediction = await predictExact(problem, step, options.k, { kernels, signal });
    const request = simulationOf(options);
    const simulate = (what: SimulationOptions) =>
      simulateSgd(problem, step, { ...what, threads: kernels.threads });
    const simulation = request && (await simulateEscape(request, options.k, eigenvalues, simulate, signal));
    const minimum = `${path}: ${samples} × ${outputs} samples × outputs, rank ${rank}`;
    return { minimum, document: escapeDocument("exact", step, prediction, simulation) };
  } finally {
    progress.finish();
    await kernels.close();
  }
}

function simulationOf({
  simulate,
  steps = simulationDefaults.steps,
  seed = simulationDefaults.seed,
}: EscapeCommandOptions): SimulationRequest | undefined {
  return simulate === undefined ? undefined : { trajectories: simulate, steps, seed };
}

/** The step of the options. Throws an InputError where it does not fit n samples or the largest eigenvalue. */
function stepOf(
  { learningRate, batch }: EscapeCommandOptions,
  replacement: boolean,
  samples: number,
  sharpest = 0,
): SgdStep {
  if (!replacement && batch > samples) {
    throw new InputError(
      `--batch: expected at most the ${samples} samples without replacement, got ${batch}; give a smaller one or --replacement`,
    );
  }
  if (!(learningRate * sharpest < 1e140)) {
    throw new InputError(
      `--learning-rate: expected at most 1e140/λ₁, where λ₁ = ${sharpest}, got ${learningRate}; give a smaller one`,
    );
  }
  return { learningRate, batchSize: batch, replacement };
}
