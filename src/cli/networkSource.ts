/** Networks as points to look at: loaded only when one is asked for. */
import { setImmediate } from "node:timers/promises";
import { openVectorMath } from "../linalg/kernels/openVectorMath.ts";
import { networkModel } from "../models/network/network.ts";
import { lossNamed } from "../models/network/targets.ts";
import type { OpenPoint } from "./networkData.ts";
import type { PointSource, TrainingStep } from "./pointSource.ts";
import type { SourceOptions } from "./sourceOptions.ts";

/** The network that the options name, with its data and weights. Throws an InputError where they do not fit together. */
export async function networkSource(options: SourceOptions): Promise<PointSource> {
  const { name, graph, theta, inputs, targets, loss, available, training, close } = await readPoint(options);
  return {
    name,
    network: {
      targets,
      available,
      inputBytes: inputs.heldBytes + targets.byteLength,
      ...(training && { training }),
    },
    async open({ kernels, precision, onProgress, memoryLimit }) {
      const model = networkModel({
        graph,
        inputs,
        targets,
        loss: lossNamed(loss),
        initialize: () => theta,
        ...(memoryLimit !== undefined && { memoryLimit }),
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
    close,
  };
}

async function readPoint(options: SourceOptions): Promise<OpenPoint & { readonly training?: TrainingStep }> {
  const { onnx, model, weights, run, step, data } = options;
  const samples = {
    ...(options.samples !== undefined && { samples: options.samples }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.parts && { parts: options.parts }),
    ...(options.hold !== undefined && { hold: options.hold }),
    precision: options.precision === "f32" ? "float32" : "float64",
  } as const;
  // each kind of file has parsers of its own, which take as long to load as the others together
  if (run !== undefined) {
    const { runPoint } = await import("./runPoint.ts");
    return runPoint(run, step, data, samples);
  }
  const { loss = "mse" } = options;
  if (onnx !== undefined) {
    const { onnxPoint } = await import("./onnxPoint.ts");
    return onnxPoint(onnx, data as string, loss, samples);
  }
  const { modelPoint } = await import("./modelPoint.ts");
  return modelPoint(model as string, weights, data as string, loss, samples);
}
