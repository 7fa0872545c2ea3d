import { openArray, openArrays } from "../data/openArray.ts";
import { jacobianFile } from "../models/jacobianFile.ts";
import { checkSource } from "./checkSource.ts";
import type { PointSource } from "./pointSource.ts";
import type { SourceOptions } from "./sourceOptions.ts";

/** The one source that the options name. Throws an InputError for none, for several, or for a file that cannot be read. */
export async function measureSource(options: SourceOptions): Promise<PointSource> {
  checkSource(options);
  const { jacobian, residuals, npz, safetensors, onnx, model, run } = options;
  if ((onnx ?? model ?? run) !== undefined) {
    // networks need parsers that a Jacobian does not: loaded here, not when the command starts
    const { networkSource } = await import("./networkSource.ts");
    return networkSource(options);
  }
  const collection = npz ?? safetensors;
  return collection === undefined
    ? separateFiles(jacobian as string, residuals as string)
    : oneFile(collection);
}

async function separateFiles(jacobian: string, residuals: string): Promise<PointSource> {
  const arrays = { jacobian: await openArray(jacobian), residuals: await openArray(residuals) };
  return {
    name: `${jacobian} and ${residuals}`,
    open: (rest) => jacobianFile({ ...arrays, ...rest }),
    async close() {
      await arrays.jacobian.close();
      await arrays.residuals.close();
    },
  };
}

async function oneFile(path: string): Promise<PointSource> {
  const collection = await openArrays(path);
  const arrays = {
    jacobian: await collection.array("jacobian"),
    residuals: await collection.array("residuals"),
  };
  return {
    name: path,
    open: (rest) => jacobianFile({ ...arrays, ...rest }),
    close: () => collection.close(),
  };
}
