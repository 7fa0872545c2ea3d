/** What `noisegeo measure` measures: the command and the jobs of sweeps do the same. */
import { measureStability } from "../dynamics/batchStability.ts";
import { pairsOf } from "../geometry/estimate/geometryEstimate.ts";
import { type HessianMeasurement, measureHessian } from "../geometry/hessian.ts";
import { measure } from "../geometry/measure.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { HessianLinearization, Linearization } from "../models/linearization.ts";
import { withOneGram } from "../models/oneGram.ts";
import { defaultSeed } from "../random/defaultSeed.ts";
import { createStream } from "../random/index.ts";
import { directionsReported, type MeasureDocument, measureDocument } from "../report/measurement/document.ts";
import type { MeasuredPoint } from "../report/measurement/measuredPoint.ts";
import { estimatedPoint, refuseWithEstimate } from "./measureEstimate.ts";
import { measureSource } from "./measureSource.ts";
import { dataMemory, modelMemory, tilesWithin } from "./memoryPlan.ts";
import type { PointSource } from "./pointSource.ts";
import type { Progress } from "./progress.ts";
import type { SourceOptions } from "./sourceOptions.ts";

/** Everything that decides the result. */
export interface MeasureOptions extends SourceOptions {
  readonly estimate?: number;
  readonly top?: number;
  readonly certificate?: boolean;
  readonly hessian?: boolean;
  readonly stability?: readonly number[];
  readonly replacement?: boolean;
  /** Bytes that may be held at once, beside those of the program itself. */
  readonly memory?: number;
}

export interface MeasureContext {
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  /** One stage of the work after the other. */
  readonly startProgress: (label: string) => Progress;
}

export interface Measured {
  /** For people: of what. */
  readonly name: string;
  readonly measurement: MeasuredPoint;
  readonly document: MeasureDocument;
}

/** Throws an InputError on options that do not go together. */
export function checkMeasureOptions(options: MeasureOptions): void {
  if (options.replacement && !options.stability) {
    throw new InputError("--replacement: expected --stability with it, got none; leave --replacement out");
  }
  refuseWithEstimate(options);
}

/** Throws an InputError on options that do not go together, or that ask of a source what it does not have. */
export async function measurePoint(options: MeasureOptions, context: MeasureContext): Promise<Measured> {
  checkMeasureOptions(options);
  const { memory } = options;
  const source = await measureSource(
    memory === undefined ? options : { ...options, hold: dataMemory(memory) },
  );
  try {
    const measurement = await measured(source, options, context);
    const top = options.top ?? directionsReported(measurement);
    const document = measureDocument(measurement, top, options.seed ?? defaultSeed);
    return { name: source.name, measurement, document };
  } finally {
    await source.close();
  }
}

async function measured(
  source: PointSource,
  options: MeasureOptions,
  { kernels, signal, startProgress }: MeasureContext,
): Promise<MeasuredPoint> {
  const { memory } = options;
  const progress = startProgress("reading the Jacobian");
  try {
    const opened = await source.open({
      kernels,
      precision: options.precision,
      onProgress(fraction) {
        signal.throwIfAborted();
        progress.update(fraction);
      },
      memoryLimit: memory === undefined ? undefined : modelMemory(memory),
    });
    const { certificate = false, hessian, stability, replacement = false } = options;
    if (stability) requireBatches(stability, replacement, opened.samples);
    const linearization = stability ? withOneGram(opened) : opened;
    const needs = { inputBytes: source.network?.inputBytes, certificate, stability: stability !== undefined };
    const side = memory === undefined ? undefined : tilesWithin(memory, opened, needs);
    const pairs = options.estimate ?? (side === undefined ? undefined : pairsOf(opened.samples));
    const measurement =
      pairs === undefined
        ? await measure(linearization, { kernels, certificate })
        : await estimatedPoint(opened, pairs, { ...options, side, kernels, signal, startProgress });
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
  { seed = defaultSeed }: MeasureOptions,
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
