import { openArray, openArrays } from "../data/openArray.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type JacobianFile, jacobianFile } from "../models/jacobianFile.ts";

export interface SourceOptions {
  readonly jacobian?: string;
  readonly residuals?: string;
  readonly npz?: string;
  readonly safetensors?: string;
}

export interface MeasureSource {
  /** For people: what was measured. */
  readonly name: string;
  open(options: {
    readonly kernels: Kernels;
    readonly precision: "f32" | "f64";
    readonly onProgress: (fraction: number) => void;
  }): Promise<JacobianFile>;
  close(): Promise<void>;
}

/** The one source that the options name. Throws an InputError for none, for several, or for a file that cannot be read. */
export async function measureSource(options: SourceOptions): Promise<MeasureSource> {
  const { jacobian, residuals, npz, safetensors } = options;
  const given = [
    (jacobian ?? residuals) !== undefined && "--jacobian and --residuals",
    npz !== undefined && "--npz",
    safetensors !== undefined && "--safetensors",
  ].filter((name) => name !== false);
  if (given.length !== 1) {
    throw new InputError(
      `measure: expected one source (--jacobian J.npy --residuals r.npy, --npz FILE or --safetensors FILE), got ${given.join(" and ") || "none"}`,
    );
  }
  const collection = npz ?? safetensors;
  return collection === undefined ? separateFiles(jacobian, residuals) : oneFile(collection);
}

async function separateFiles(jacobian?: string, residuals?: string): Promise<MeasureSource> {
  if (jacobian === undefined || residuals === undefined) {
    const missing = jacobian === undefined ? "--jacobian" : "--residuals";
    throw new InputError(
      `measure: expected --jacobian and --residuals together, ${missing} is missing; give both`,
    );
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

async function oneFile(path: string): Promise<MeasureSource> {
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
