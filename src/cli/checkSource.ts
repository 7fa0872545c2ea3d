import { InputError } from "../inputError.ts";
import type { SourceOptions } from "./sourceOptions.ts";

/** Throws an InputError where the options name no source of a point, several, or say of it what does not belong to it. No file is looked at. */
export function checkSource(options: SourceOptions): void {
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
  if ((onnx ?? model ?? run) !== undefined) checkNetwork(options);
  else checkJacobian(options);
}

function checkJacobian({ jacobian, residuals, ...options }: SourceOptions): void {
  const { weights, step, data, samples, loss } = options;
  for (const [name, value] of Object.entries({ weights, step, data, samples, loss })) {
    if (value === undefined) continue;
    throw new InputError(
      `--${name}: expected a network (--onnx, --model or --run), got a Jacobian; leave --${name} out`,
    );
  }
  if ((jacobian === undefined) !== (residuals === undefined)) {
    const missing = jacobian === undefined ? "--jacobian" : "--residuals";
    throw new InputError(`expected --jacobian and --residuals together, ${missing} is missing; give both`);
  }
}

function checkNetwork({ model, weights, run, step, data, loss }: SourceOptions): void {
  refuse("--step", step, run !== undefined, "--run");
  refuse("--weights", weights, model !== undefined, "--model");
  refuse("--loss", loss, run === undefined, "--onnx or --model; a run has its own loss");
  if (run === undefined && data === undefined) {
    throw new InputError(
      "expected --data with a network, got none; give an npz file with x and y, or a data set by name",
    );
  }
}

function refuse(option: string, value: unknown, fits: boolean, partner: string): void {
  if (value === undefined || fits) return;
  throw new InputError(`${option}: expected together with ${partner}; leave ${option} out`);
}
