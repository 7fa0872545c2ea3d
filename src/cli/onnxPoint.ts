import { dirname, join } from "node:path";
import { openFile } from "../data/byteSource.ts";
import { type NetworkPoint, pointOn } from "../models/network/networkPoint.ts";
import type { LossName } from "../models/network/targets.ts";
import { readOnnx } from "../models/onnx/readOnnx.ts";
import { openNamedData, type SampleOptions } from "./networkData.ts";
import { readInput } from "./readInput.ts";

/** A network as PyTorch exports it, with the weights in the file. */
export async function onnxPoint(
  file: string,
  data: string,
  loss: LossName,
  options: SampleOptions,
): Promise<NetworkPoint> {
  const dataset = await openNamedData(data, options);
  const { graph, theta } = await readOnnx(await readInput(file), {
    name: file,
    sampleShape: dataset.inputShape,
    openExternal: (location) => openFile(join(dirname(file), location)),
  });
  return pointOn(dataset, { name: file, graph, theta }, loss);
}
