/** Networks as points to look at: loaded only when one is asked for. */
import { setImmediate } from "node:timers/promises";
import { InputError } from "../inputError.ts";
import { openVectorMath } from "../linalg/kernels/openVectorMath.ts";
import { networkModel } from "../models/network/network.ts";
import type { NetworkPoint } from "../models/network/networkPoint.ts";
import { lossNamed } from "../models/network/targets.ts";
import type { PointSource, TrainingStep } from "./pointSource.ts";
import type { SourceOptions } from "./sourceOptions.ts";

/** The network that the options name, with its data and weights. Throws an InputError where they do not fit together. */
export async function networkSource(options: SourceOptions): Promise<PointSource> {
  const { name, graph, theta, inputs, targets, loss, available, training } = await readPoint(options);
  return {
    name,
    network: { targets, available, ...(training && { training }) },
    async open({ kernels, precision, onProgress }) {
      const model = networkModel({
        graph,
        inputs,
        targets,
        loss: lossNamed(loss),
        initialize: () => theta,
        kernels,
        math: await openVectorMath(),
        precision: precision === "f32" ? "float32" : "float64",
        async onProgress(fraction) {
          // lets an interrupt be noticed
          await setImmediate();
          onProgress(fraction);
        },
      });
      return model.linearize(theta);
    },
    async close() {},
  };
}

async function readPoint(
  options: SourceOptions,
): Promise<NetworkPoint & { readonly training?: TrainingStep }> {
  const { onnx, model, weights, run, step, data } = options;
  const samples = {
    ...(options.samples !== undefined && { samples: options.samples }),
    ...(options.seed !== undefined && { seed: options.seed }),
    precision: options.precision === "f32" ? "float32" : "float64",
  } as const;
  refuse("--step", step, run !== undefined, "--run");
  refuse("--weights", weights, model !== undefined, "--model");
  refuse("--loss", options.loss, run === undefined, "--onnx or --model; a run has its own loss");
  // each kind of file has parsers of its own, which take as long to load as the others together
  if (run !== undefined) {
    const { runPoint } = await import("./runPoint.ts");
    return runPoint(run, step, data, samples);
  }
  if (data === undefined) {
    throw new InputError(
      "expected --data with a network, got none; give an npz file with x and y, or a data set by name",
    );
  }
  const { loss = "mse" } = options;
  if (onnx !== undefined) {
    const { onnxPoint } = await import("./onnxPoint.ts");
    return onnxPoint(onnx, data, loss, samples);
  }
  const { modelPoint } = await import("./modelPoint.ts");
  return modelPoint(model as string, weights, data, loss, samples);
}

function refuse(option: string, value: unknown, fits: boolean, partner: string): void {
  if (value === undefined || fits) return;
  throw new InputError(`${option}: expected together with ${partner}; leave ${option} out`);
}
