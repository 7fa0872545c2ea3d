import type { DatasetWith } from "../../data/dataset/dataset.ts";
import type { InputBlocks } from "../../data/dataset/inputBlocks.ts";
import { InputError } from "../../inputError.ts";
import type { Graph } from "./graph.ts";
import { describeShape, sizeOf } from "./shape.ts";
import { type LossName, type TargetEncoding, targetsFor } from "./targets.ts";

/** A network at some weights, with the samples to measure it on. */
export interface NetworkPoint {
  /** For people: what is measured. */
  readonly name: string;
  readonly graph: Graph;
  readonly theta: Float64Array;
  readonly inputs: InputBlocks;
  readonly targets: Float64Array;
  readonly loss: LossName;
  /** Samples that there are, of which these were taken. */
  readonly available: number;
}

/** The point of a network on these data. Throws an InputError where their shapes do not fit it. */
export function pointOn(
  dataset: DatasetWith<InputBlocks>,
  network: { readonly name: string; readonly graph: Graph; readonly theta: Float64Array },
  loss: LossName,
): NetworkPoint {
  const { graph } = network;
  const expected = graph.input;
  if (sizeOf(expected) !== sizeOf(dataset.inputShape)) {
    throw new InputError(
      `${dataset.name}: expected inputs of shape ${describeShape(expected)} as ${network.name} takes them, got ${describeShape(dataset.inputShape)}`,
    );
  }
  const outputs = sizeOf(graph.output.shape);
  const targets = targetsFor(dataset, loss, encodingFor(dataset, loss, outputs));
  if (targets.outputs !== outputs) {
    throw new InputError(
      `${dataset.name}: expected targets for ${outputs} ${outputs === 1 ? "output" : "outputs"} as ${network.name} has them, got ${targets.outputs}${hint(dataset, targets.outputs, outputs)}`,
    );
  }
  return {
    name: `${network.name} on ${dataset.name}`,
    graph,
    theta: network.theta,
    inputs: dataset.inputs,
    targets: targets.values,
    loss,
    available: dataset.available,
  };
}

/** What else may be meant by targets for another number of outputs. */
function hint({ labels, targets }: DatasetWith<unknown>, came: number, expected: number): string {
  if (labels && came > expected) {
    const fromZero = labels.indices.every((label) => label > 0) ? "; number the classes from 0" : "";
    return ` classes (the largest label is ${came - 1})${fromZero}`;
  }
  const whole = came === 1 && targets?.values.every((value) => value >= 0 && Number.isInteger(value));
  return whole ? '; if these are classes, save them as integers (n): y.astype("int64").reshape(-1)' : "";
}

/** Classes are one-hot where the network has an output a class, ±1 where it has one output; numbers to fit stay as they are. */
function encodingFor(
  { labels, targets }: DatasetWith<unknown>,
  loss: LossName,
  outputs: number,
): TargetEncoding | undefined {
  if (loss === "cross-entropy") return undefined;
  if (targets?.outputs === outputs) return "values";
  return labels && outputs === 1 ? "signs" : undefined;
}
