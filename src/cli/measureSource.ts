import { openArray, openArrays } from "../data/openArray.ts";
import { InputError } from "../inputError.ts";
import { jacobianFile } from "../models/jacobianFile.ts";
import type { PointSource } from "./pointSource.ts";
import type { SourceOptions } from "./sourceOptions.ts";

/** The one source that the options name. Throws an InputError for none, for several, or for a file that cannot be read. */
export async function measureSource(options: SourceOptions): Promise<PointSource> {
  const { jacobian, residuals, npz, safetensors, onnx, model, run } = options;
  const given = [
    (jacobian ?? residuals) !== undefined && "--jacobian and --residuals",
    npz !== undefined && "--npz",
    safetensors !== undefined && "--safetensors",
    onnx !== undefined && "--onnx",
    model !== undefined && "--model",
    run !== undefined && "--run",
  ].filter((name) => name !== false);
  if (given.length !== 1) {
    throw new InputError(
      `expected one source (--jacobian J.npy --residuals r.npy, --npz FILE, --safetensors FILE, --onnx FILE, --model FILE or --run DIR), got ${given.join(" and ") || "none"}`,
    );
  }
  if ((onnx ?? model ?? run) !== undefined) {
    // networks need parsers that a Jacobian does not: loaded here, not when the command starts
    const { networkSource } = await import("./networkSource.ts");
    return networkSource(options);
  }
  refuseNetworkOptions(options);
  const collection = npz ?? safetensors;
  return collection === undefined ? separateFiles(jacobian, residuals) : oneFile(collection);
}

function refuseNetworkOptions({ weights, step, data, samples, loss }: SourceOptions): void {
  for (const [name, value] of Object.entries({ weights, step, data, samples, loss })) {
    if (value === undefined) continue;
    throw new InputError(
      `--${name}: expected a network (--onnx, --model or --run), got a Jacobian; leave --${name} out`,
    );
  }
}

async function separateFiles(jacobian?: string, residuals?: string): Promise<PointSource> {
  if (jacobian === undefined || residuals === undefined) {
    const missing = jacobian === undefined ? "--jacobian" : "--residuals";
    throw new InputError(`expected --jacobian and --residuals together, ${missing} is missing; give both`);
  }
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
