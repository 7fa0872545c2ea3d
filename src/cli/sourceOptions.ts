/** What `measure` and `advise` have in common on the command line: the point to look at, how, and where the answer goes. */
import { type Command, Option } from "commander";
import { defaultSeed } from "../random/defaultSeed.ts";
import type { SampleRange } from "../sampleRange.ts";
import { positiveInteger, wholeNumber } from "./arguments.ts";
import { addKernelOptions, type KernelOptions } from "./kernelOptions.ts";

/** What the command line says of the thing to measure. */
export interface SourceOptions {
  readonly jacobian?: string;
  readonly residuals?: string;
  readonly npz?: string;
  readonly safetensors?: string;
  readonly onnx?: string;
  readonly model?: string;
  readonly weights?: string;
  readonly run?: string;
  readonly step?: number;
  /** Of a network: an npz file with x and y, or a data set by name. */
  readonly data?: string;
  readonly samples?: number;
  readonly seed?: number;
  readonly loss?: "mse" | "cross-entropy";
  readonly precision: "f32" | "f64";
  /** Of a network's samples only these, one range after another: for tiles of K, not on the command line. */
  readonly parts?: readonly SampleRange[];
  /** Bytes of a network's samples that may be held: larger data are read from their files. */
  readonly hold?: number;
}

export interface PointCommandOptions extends SourceOptions, KernelOptions {
  readonly json?: string;
  readonly out?: string;
}

/** Declares them all. */
export function addPointOptions(command: Command): Command {
  return addKernelOptions(command)
    .option("--jacobian <file>", "npy array of shape (n, p) or (n, C, p): ∂f(x_i)/∂θ")
    .option("--residuals <file>", "npy array of shape (n) or (n, C): f(x_i) − y_i")
    .option("--npz <file>", "npz archive with arrays jacobian and residuals")
    .option("--safetensors <file>", "safetensors file with tensors jacobian and residuals")
    .option("--onnx <file>", "network as PyTorch exports it; needs --data")
    .option("--model <file>", "architecture as YAML; needs --weights and --data")
    .option("--weights <file>", "of --model: safetensors, or a state_dict saved by PyTorch (.pt)")
    .option("--run <folder>", "training run of noisegeo train")
    .option("--step <step>", "of --run: which checkpoint (default: the last)", wholeNumber)
    .option("--data <data>", "of a network: npz file with x and y, or mnist, fashion-mnist, cifar10")
    .option("--samples <count>", "of --data: how many (default: all)", positiveInteger)
    .addOption(
      new Option("--loss <kind>", "of --onnx and --model (default: mse)").choices(["mse", "cross-entropy"]),
    )
    .addOption(
      new Option("--precision <kind>", "arithmetic of the Gram matrix")
        .choices(["f32", "f64"])
        .default("f64"),
    )
    .option(
      "--seed <seed>",
      `of what is drawn: the samples, the probes of a trace (default: first samples, ${defaultSeed})`,
      wholeNumber,
    )
    .option("--json <file>", "write the document there; - is standard output, with nothing else on it")
    .option("--out <folder>", "write a report page there");
}
