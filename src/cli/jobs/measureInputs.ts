import { dirname, join } from "node:path";
import { imageSetNames } from "../../data/dataset/config.ts";
import { inputFile } from "../../runs/jobs/inputs.ts";
import type { InputFile } from "../../runs/jobs/job.ts";
import type { SourceOptions } from "../sourceOptions.ts";

/** Every file that a measurement reads; of data sets by name none, as they are the same everywhere. */
export async function measureInputs(options: SourceOptions): Promise<InputFile[]> {
  const { jacobian, residuals, npz, safetensors, onnx, model, weights, run, step, data } = options;
  const files = [jacobian, residuals, npz, safetensors, onnx, model, weights, ...dataFile(data)];
  if (onnx !== undefined) files.push(...(await besideOnnx(onnx)));
  if (run !== undefined && step !== undefined) files.push(...(await ofRun(run, step)));
  const paths = new Set(files.filter((file) => file !== undefined));
  return Promise.all([...paths].map(inputFile));
}

function dataFile(data: string | undefined): string[] {
  return data === undefined || imageSetNames.some((name) => name === data) ? [] : [data];
}

/** Where large models have their weights. */
async function besideOnnx(file: string): Promise<string[]> {
  const { readInput } = await import("../readInput.ts");
  const { onnxExternalFiles } = await import("../../models/onnx/readOnnx.ts");
  return onnxExternalFiles(await readInput(file), file).map((location) => join(dirname(file), location));
}

async function ofRun(folder: string, step: number): Promise<string[]> {
  const { checkpointPath } = await import("../../runs/train/checkpoint.ts");
  const { readManifest } = await import("../../runs/train/manifest.ts");
  const manifest = await readManifest(folder);
  const training = manifest?.config.data;
  return [
    join(folder, "manifest.json"),
    checkpointPath(folder, step),
    ...(training?.name === "npz" ? [training.file] : []),
  ];
}
