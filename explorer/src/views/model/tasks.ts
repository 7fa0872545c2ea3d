import { measureStability } from "../../../../src/dynamics/batchStability.ts";
import { measureHessian } from "../../../../src/geometry/hessian.ts";
import { certify, measure as measurePoint } from "../../../../src/geometry/measure.ts";
import { InputError } from "../../../../src/inputError.ts";
import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import { fusesMultiplyAdd } from "../../../../src/linalg/kernels/relaxedSimd.ts";
import { openWasmKernels } from "../../../../src/linalg/kernels/wasm.ts";
import { withOneGram } from "../../../../src/models/oneGram.ts";
import { defaultSeed } from "../../../../src/random/defaultSeed.ts";
import { createStream } from "../../../../src/random/philoxStream.ts";
import type { MeasuredPoint } from "../../../../src/report/measurement/measuredPoint.ts";
import type { TaskContext } from "../../tasks/protocol.ts";
import type { MeasureOptions } from "./fields.ts";
import { inWords } from "./limits.ts";
import { openPoint } from "./point.ts";
import { type Recognised, recognise as recogniseFile } from "./recognise.ts";
import type { Source } from "./tray.ts";

/** What is known so far, and what is being done. */
interface Update {
  readonly measured?: MeasuredPoint;
  readonly stage?: Stage;
}

export interface Stage {
  readonly words: string;
  /** Of the stage, where it is known. */
  readonly fraction?: number;
}

type Context = TaskContext<Update>;

/** Milliseconds between two signs of progress. */
const signEvery = 100;

let engine: Promise<Kernels> | undefined;

/** What each of the files is. Throws an InputError where one is of no use. */
export async function recognise(files: readonly File[]): Promise<readonly Recognised[]> {
  return Promise.all(files.map(recogniseFile));
}

/** Measures as the command does: numbers first, what was asked for besides as it comes. */
export async function measure(
  { source, options }: { readonly source: Source; readonly options: MeasureOptions },
  context: Context,
): Promise<void> {
  const stop = stopSignal(context);
  try {
    await measured(source, options, context, stop.signal);
  } catch (error) {
    throw inWords(error);
  } finally {
    stop.end();
  }
}

async function measured(
  source: Source,
  options: MeasureOptions,
  { report, pause }: Context,
  signal: AbortSignal,
): Promise<void> {
  const sign = signs(report);
  engine ??= openWasmKernels({
    threads: Math.min(4, navigator.hardwareConcurrency),
    relaxed: fusesMultiplyAdd(),
  });
  const kernels = await engine;
  sign("Opening the files");
  const reading = source.kind === "network" ? "Gradients of the samples" : "Reading the Jacobian";
  const opened = await openPoint(source, {
    ...options,
    kernels,
    pause,
    signal,
    onProgress: (fraction) => sign(fraction < 1 ? reading : "Spectrum", fraction < 1 ? fraction : undefined),
  });
  const { stability, replacement, certificate, hessian, seed = defaultSeed } = options;
  requireBatches(options, opened.samples);
  sign(reading, 0);
  const linearization = stability.length > 0 || certificate ? withOneGram(opened) : opened;
  let result: MeasuredPoint = await measurePoint(linearization, { kernels });
  const add = async (part: Partial<MeasuredPoint>): Promise<void> => {
    result = { ...result, ...part };
    report({ measured: result });
    await pause();
  };
  await add({});
  if (stability.length > 0) {
    sign("Stability");
    const thresholds = { kernels, signal };
    await add({
      stability: await measureStability(linearization, result, stability, replacement, thresholds),
    });
  }
  if (certificate) {
    sign("Certificate");
    await add({ certificate: await certify(linearization, kernels) });
  }
  if (hessian && "hvp" in opened) {
    const onProgress = (products: number) => sign(`Hessian, ${products} products`);
    const stream = createStream(seed).split("hessian");
    await add({ hessian: await measureHessian(opened, { kernels, stream, signal, onProgress }) });
  }
}

function requireBatches({ stability, replacement }: MeasureOptions, samples: number): void {
  const wrong = stability.find((batch) => !replacement && batch > samples);
  if (wrong !== undefined) {
    throw new InputError(
      `Stability: expected batches of at most the ${samples} samples, got ${wrong}; take smaller ones, or draw them with replacement`,
    );
  }
}

/** Reports a stage at once, its progress now and then. */
function signs(report: Context["report"]): (words: string, fraction?: number) => void {
  let last = { words: "", at: 0 };
  return (words, fraction) => {
    const now = performance.now();
    if (words === last.words && now - last.at < signEvery) return;
    last = { words, at: now };
    report({ stage: { words, ...(fraction !== undefined && { fraction }) } });
  };
}

/** Aborts when the page asks for an end: for library calls that look at a signal instead of waiting. */
function stopSignal(context: Context): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const look = () => context.pause().catch((reason) => controller.abort(reason));
  const timer = setInterval(look, signEvery);
  return { signal: controller.signal, end: () => clearInterval(timer) };
}
