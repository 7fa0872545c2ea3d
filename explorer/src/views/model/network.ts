/** A network from an ONNX file, on samples from an npz file. */
import { fromBlob } from "../../../../src/data/blobSource.ts";
import type { ByteSource } from "../../../../src/data/byteSource.ts";
import { datasetOf } from "../../../../src/data/dataset/datasetOf.ts";
import { openNpzSamples } from "../../../../src/data/dataset/npzSamples.ts";
import { InputError } from "../../../../src/inputError.ts";
import { openVectorMath } from "../../../../src/linalg/kernels/openVectorMath.ts";
import type { HessianLinearization } from "../../../../src/models/linearization.ts";
import { networkModel } from "../../../../src/models/network/network.ts";
import { pointOn } from "../../../../src/models/network/networkPoint.ts";
import { lossNamed } from "../../../../src/models/network/targets.ts";
import { readOnnx } from "../../../../src/models/onnx/readOnnx.ts";
import { requireRoom } from "./limits.ts";
import type { OpenOptions } from "./openOptions.ts";
import type { Source } from "./tray.ts";

/** Throws an InputError where network, data and loss do not fit together. */
export async function openNetwork(
  { network, data, beside }: Extract<Source, { readonly kind: "network" }>,
  options: OpenOptions,
): Promise<HessianLinearization> {
  const { samples, seed, loss, kernels, pause, onProgress } = options;
  const precision = options.precision === "f32" ? "float32" : "float64";
  const stored = await openNpzSamples(fromBlob(data, data.name));
  const dataset = datasetOf(stored, { samples, seed }, { precision });
  await pause();
  const { graph, theta } = await readOnnx(await wholeFile(network), {
    name: network.name,
    sampleShape: dataset.inputShape,
    openExternal: async (location) => besideFile(network.name, location, beside),
  });
  const point = pointOn(dataset, { name: network.name, graph, theta }, loss);
  await pause();
  const model = networkModel({
    graph,
    inputs: point.inputs,
    targets: point.targets,
    loss: lossNamed(loss),
    initialize: () => theta,
    kernels,
    math: await openVectorMath(),
    precision,
    async onProgress(fraction) {
      await pause();
      onProgress(fraction);
    },
  });
  requireRoom(model, point.name, true);
  const linearization = model.linearize(theta);
  return {
    ...linearization,
    // products follow each other without a break otherwise
    async hvp(direction) {
      await pause();
      return linearization.hvp(direction);
    },
  };
}

async function wholeFile(file: File): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size);
  await fromBlob(file, file.name).read(0, bytes);
  return bytes;
}

/** A model's other files lie in one folder with it here, whatever the model says of folders. */
function besideFile(network: string, location: string, beside: readonly File[]): ByteSource {
  const wanted = location.split(/[/\\]/).at(-1);
  const file = beside.find(({ name }) => name === wanted);
  if (!file) {
    throw new InputError(
      `${network}: expected its numbers in ${location}, got no such file; choose it together with the model`,
    );
  }
  return fromBlob(file, file.name);
}
