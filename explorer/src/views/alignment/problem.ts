import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import { openVectorMath } from "../../../../src/linalg/kernels/openVectorMath.ts";
import { fusesMultiplyAdd } from "../../../../src/linalg/kernels/relaxedSimd.ts";
import { openWasmKernels } from "../../../../src/linalg/kernels/wasm.ts";
import type { VectorMath } from "../../../../src/linalg/vectorMath.ts";
import type { Model } from "../../../../src/models/model.ts";
import type { OverparametrisedLinear } from "../../../../src/models/olm/family.ts";
import { createStream } from "../../../../src/random/philoxStream.ts";
import type { RandomStream } from "../../../../src/random/stream.ts";
import { type Data, drawData } from "./data.ts";
import type { ProblemSettings } from "./fields.ts";
import { buildModel } from "./model.ts";

/** Data, a model on them and where it starts. */
export interface Problem {
  readonly settings: ProblemSettings;
  readonly data: Data;
  readonly model: Model;
  /** Where the model is linear in its inputs. */
  readonly family?: OverparametrisedLinear;
  readonly start: Float64Array;
  /** Of the batches; only split. */
  readonly batches: RandomStream;
  readonly kernels: Kernels;
}

let engine: Promise<{ readonly kernels: Kernels; readonly math: VectorMath }> | undefined;

async function openEngine() {
  return { kernels: await openWasmKernels({ relaxed: fusesMultiplyAdd() }), math: await openVectorMath() };
}

let last: { readonly key: string; readonly problem: Promise<Problem> } | undefined;

/** The problem of the settings; the last one is kept. Throws an InputError where they do not fit together. */
export function problemOf(settings: ProblemSettings): Promise<Problem> {
  const key = JSON.stringify(settings);
  if (last?.key !== key) last = { key, problem: buildProblem(settings) };
  return last.problem;
}

async function buildProblem(settings: ProblemSettings): Promise<Problem> {
  engine ??= openEngine();
  const { kernels, math } = await engine;
  const stream = createStream(settings.seed).split("explorer");
  const data = await drawData(settings, stream, kernels);
  const built = buildModel(settings, data, { kernels, math, stream: stream.split("model") });
  const start = built.model.initialize(stream.split("initial"));
  return { settings, data, ...built, start, batches: stream.split("batches"), kernels };
}
