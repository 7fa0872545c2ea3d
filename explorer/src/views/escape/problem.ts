import { type GaussianDesign, isotropic, powerLaw, spiked } from "../../../../src/data/designs.ts";
import { type ReducedProblem, reducedJacobian } from "../../../../src/dynamics/reducedProblem.ts";
import { InputError } from "../../../../src/inputError.ts";
import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import { fusesMultiplyAdd } from "../../../../src/linalg/kernels/relaxedSimd.ts";
import { openWasmKernels } from "../../../../src/linalg/kernels/wasm.ts";
import { createStream } from "../../../../src/random/philoxStream.ts";
import type { RandomStream } from "../../../../src/random/stream.ts";
import { type EscapeSettings, most } from "./fields.ts";

/** A linear model on Gaussian inputs at a global minimum. */
export interface Minimum {
  readonly problem: ReducedProblem;
  /** Of the trajectories; only split. */
  readonly stream: RandomStream;
  readonly kernels: Kernels;
}

type DataSettings = Pick<EscapeSettings, "spectrum" | "exponent" | "ratio" | "n" | "d" | "seed">;

let opened: Promise<Kernels> | undefined;
let last: { readonly key: string; readonly minimum: Promise<Minimum> } | undefined;

/** The minimum of the settings; the last one is kept. Throws an InputError where they do not fit together. */
export function minimumOf(settings: EscapeSettings): Promise<Minimum> {
  const { spectrum, exponent, ratio, n, d, seed, batch, k } = settings;
  if (batch > most("batch", settings)) {
    throw new InputError(`Batch size B: expected at most the ${n} samples, got ${batch}`);
  }
  if (k > most("k", settings)) {
    throw new InputError(
      `k of D_k: expected at most ${most("k", settings)}, so that some of the ${Math.min(n, d)} directions are left, got ${k}`,
    );
  }
  const data = { spectrum, exponent, ratio, n, d, seed };
  const key = JSON.stringify(data);
  if (last?.key !== key) last = { key, minimum: buildMinimum(data) };
  return last.minimum;
}

async function buildMinimum(settings: DataSettings): Promise<Minimum> {
  opened ??= openWasmKernels({ relaxed: fusesMultiplyAdd() });
  const kernels = await opened;
  const stream = createStream(settings.seed).split("explorer");
  const inputs = design(settings).sample(settings.n, stream.split("inputs"));
  return {
    problem: await reducedJacobian(inputs, 1, kernels),
    stream: stream.split("trajectories"),
    kernels,
  };
}

function design({ spectrum, d, exponent, ratio }: DataSettings): GaussianDesign {
  switch (spectrum) {
    case "power-law":
      return powerLaw(d, exponent);
    case "sharp":
      return spiked(d, 1, ratio);
    case "isotropic":
      return isotropic(d);
  }
}
