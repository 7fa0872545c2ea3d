import { dirname, join } from "node:path";
import process from "node:process";
import { openFile } from "../data/byteSource.ts";
import { pointOn } from "../models/network/networkPoint.ts";
import type { LossName } from "../models/network/targets.ts";
import { readOnnx } from "../models/onnx/readOnnx.ts";
import { foldedWeightsLine } from "./foldedWeights.ts";
import { type OpenPoint, openNamedData, pointWith, type SampleOptions } from "./networkData.ts";
import { readInput } from "./readInput.ts";

/** A network as PyTorch exports it, with the weights in the file. */
export async function onnxPoint(
  file: string,
  data: string,
  loss: LossName,
  options: SampleOptions,
): Promise<OpenPoint> {
  const dataset = await openNamedData(data, options);
  return pointWith(dataset, async () => {
    const { graph, theta } = await readOnnx(await readInput(file), {
      name: file,
      sampleShape: dataset.inputShape,
      openExternal: (location) => openFile(join(dirname(file), location)),
    });
    const line = foldedWeightsLine(
      file,
      graph.parameters.map((parameter) => parameter.name),
    );
    if (line) process.stderr.write(`noisegeo: ${line}\n`);
    return pointOn(dataset, { name: file, graph, theta }, loss);
  });
}
