/** The point θ in the chosen files: a Jacobian with residuals, or a network with weights and data. */
import type { ArrayCollection } from "../../../../src/data/arraySource.ts";
import { fromBlob } from "../../../../src/data/blobSource.ts";
import { fileFormat } from "../../../../src/data/fileFormat.ts";
import { openNpy } from "../../../../src/data/npy.ts";
import { openNpz } from "../../../../src/data/npz.ts";
import { openSafetensors } from "../../../../src/data/safetensors.ts";
import { type JacobianFile, jacobianFile } from "../../../../src/models/jacobianFile.ts";
import type { HessianLinearization } from "../../../../src/models/linearization.ts";
import { requireRoom } from "./limits.ts";
import type { OpenOptions } from "./openOptions.ts";
import type { Source } from "./tray.ts";

/** A Jacobian that is read in blocks, or a network that knows its Hessian. */
export type Point = JacobianFile | HessianLinearization;

/** Throws an InputError where the files do not fit together, or are more than a page holds. */
export async function openPoint(source: Source, options: OpenOptions): Promise<Point> {
  if (source.kind === "network") {
    // the reader of ONNX files is as large as the rest together
    const { openNetwork } = await import("./network.ts");
    return openNetwork(source, options);
  }
  const { kernels, precision, signal, onProgress } = options;
  const jacobian = await jacobianFile({
    ...(await arraysOf(source)),
    kernels,
    precision,
    onProgress(fraction) {
      signal.throwIfAborted();
      onProgress(fraction);
    },
  });
  const name = source.kind === "point" ? source.point.name : source.jacobian.name;
  requireRoom(jacobian, name, false);
  return jacobian;
}

async function arraysOf(source: Exclude<Source, { readonly kind: "network" }>) {
  if (source.kind === "pair") {
    const { jacobian, residuals } = source;
    return {
      jacobian: await openNpy(fromBlob(jacobian, jacobian.name)),
      residuals: await openNpy(fromBlob(residuals, residuals.name)),
    };
  }
  const collection = await namedArrays(source.point);
  return {
    jacobian: await collection.array("jacobian"),
    residuals: await collection.array("residuals"),
  };
}

async function namedArrays(file: File): Promise<ArrayCollection> {
  const bytes = fromBlob(file, file.name);
  return (await fileFormat(bytes)) === "zip" ? openNpz(bytes) : openSafetensors(bytes);
}
