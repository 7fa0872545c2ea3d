import { join } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import { measureStability } from "../dynamics/batchStability.ts";
import { type HessianMeasurement, measureHessian } from "../geometry/hessian.ts";
import { measure } from "../geometry/measure.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { openKernels } from "../linalg/kernels/select.ts";
import type { HessianLinearization, Linearization } from "../models/linearization.ts";
import { withOneGram } from "../models/oneGram.ts";
import { defaultSeed } from "../random/defaultSeed.ts";
import { createStream } from "../random/index.ts";
import { directionsReported, type MeasureDocument, measureDocument } from "../report/measurement/document.ts";
import type { MeasuredPoint } from "../report/measurement/measuredPoint.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import { positiveInteger, positiveIntegers } from "./arguments.ts";
import { commandLine } from "./commandLine.ts";
import { estimatedPoint, refuseWithEstimate } from "./measureEstimate.ts";
import { measureSource } from "./measureSource.ts";
import { measureTable } from "./measureTable.ts";
import type { PointSource } from "./pointSource.ts";
import { startProgress } from "./progress.ts";
import { addPointOptions, type PointCommandOptions } from "./sourceOptions.ts";

interface MeasureCommandOptions extends PointCommandOptions {
  readonly estimate?: number;
  readonly top?: number;
  readonly certificate?: boolean;
  readonly hessian?: boolean;
  readonly stability?: readonly number[];
  readonly replacement?: boolean;
}

export function addMeasureCommand(program: Command, signal: AbortSignal): void {
  addPointOptions(program.command("measure"))
    .description(
      "measure the noise geometry of a model: a network with its weights and data, or a Jacobian with its residuals",
    )
    .option("--hessian", "of a network: also λ_max and trace of the Hessian")
    .option(
      "--stability <B,B,…>",
      "also the largest learning rate at which SGD with batches of these sizes is stable",
      positiveIntegers,
    )
    .option("--replacement", "of --stability: batches are drawn with replacement")
    .option("--certificate", "also the exact extremes of μ over all residuals")
    .option(
      "--estimate <pairs>",
      "for many samples: from so many pairs of them, with intervals; memory does not grow with n²",
      positiveInteger,
    )
    .option(
      "--top <count>",
      "eigen-directions to report (default: all up to 512, else 20; none with --estimate)",
      positiveInteger,
    )
    .action((options: MeasureCommandOptions) => run(options, signal));
}

async function run(options: MeasureCommandOptions, signal: AbortSignal): Promise<void> {
  if (options.replacement && !options.stability) {
    throw new InputError("--replacement: expected --stability with it, got none; leave --replacement out");
  }
  refuseWithEstimate(options);
  const source = await measureSource(options);
  try {
    const measurement = await measured(source, options, signal);
    const top = options.top ?? directionsReported(measurement);
    const document = measureDocument(measurement, top, options.seed ?? defaultSeed);
    await deliver(source.name, measurement, document, options);
  } finally {
    await source.close();
  }
}

async function measured(
  source: PointSource,
  options: MeasureCommandOptions,
  signal: AbortSignal,
): Promise<MeasuredPoint> {
  const kernels = await openKernels({ threads: options.threads });
  const progress = startProgress("reading the Jacobian");
  try {
    const opened = await source.open({
      kernels,
      precision: options.precision,
      onProgress(fraction) {
        signal.throwIfAborted();
        progress.update(fraction);
      },
    });
    const { certificate = false, hessian, stability, replacement = false } = options;
    if (stability) requireBatches(stability, replacement, opened.samples);
    const linearization = stability ? withOneGram(opened) : opened;
    const measurement =
      options.estimate === undefined
        ? await measure(linearization, { kernels, certificate })
        : await estimatedPoint(opened, options.estimate, { ...options, kernels, signal });
    return {
      ...measurement,
      ...(hessian && { hessian: await hessianOf(linearization, kernels, options, signal) }),
      ...(stability && {
        stability: await measureStability(linearization, measurement, stability, replacement, {
          kernels,
          signal,
        }),
      }),
    };
  } finally {
    progress.finish();
    await kernels.close();
  }
}

/** Throws an InputError where batches without replacement are larger than there are samples. */
function requireBatches(batches: readonly number[], replacement: boolean, samples: number): void {
  const wrong = batches.find((batch) => !replacement && batch > samples);
  if (wrong !== undefined) {
    throw new InputError(
      `--stability: expected batches of at most the ${samples} samples, got ${wrong}; give a smaller one or --replacement`,
    );
  }
}

async function hessianOf(
  linearization: Linearization,
  kernels: Kernels,
  { seed = defaultSeed }: MeasureCommandOptions,
  signal: AbortSignal,
): Promise<HessianMeasurement> {
  if (!("hvp" in linearization)) {
    throw new InputError(
      "--hessian: expected a network (--onnx, --model or --run), got a Jacobian; leave --hessian out",
    );
  }
  const stream = createStream(seed).split("hessian");
  return measureHessian(linearization as HessianLinearization, { kernels, stream, signal });
}

async function deliver(
  name: string,
  measurement: MeasuredPoint,
  document: MeasureDocument,
  { json, out }: MeasureCommandOptions,
): Promise<void> {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (json !== undefined && json !== "-") await writeFileAtomically(json, text);
  if (out !== undefined) {
    const { measurePage } = await import("./measurePage.ts");
    await writeFileAtomically(join(out, "measure.json"), text);
    await writeFileAtomically(
      join(out, "index.html"),
      measurePage(name, measurement, document, commandLine()),
    );
    process.stderr.write(`report page: ${join(out, "index.html")}\n`);
  }
  process.stdout.write(json === "-" ? text : measureTable(name, measurement, document));
}
