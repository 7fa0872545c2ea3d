import type { Undefined } from "../geometry/undefined.ts";
import type { NetworkModel } from "../models/network/network.ts";

/** How well a network does on samples. */
export interface Fit {
  /** Mean loss. */
  readonly loss: number | Undefined;
  /** Share of the samples that are put in their class. */
  readonly accuracy: number | Undefined;
}

export const notFinite: Undefined = { undefined: "the outputs are not finite numbers" };

/**
 * Mean loss and accuracy at θ. A sample's class is that of its largest output, the first of equal ones; with a single
 * output, class 0 where it is positive, else any other. `labels` has one class index a sample.
 */
export function fitOf(model: NetworkModel, labels: Int32Array | undefined, theta: Float64Array): Fit {
  const outputs = model.predict(theta);
  const losses = new Float64Array(model.samples);
  model.loss.evaluate(outputs, model.targets, new Float64Array(outputs.length), losses);
  const loss = losses.reduce((sum, value) => sum + value, 0) / model.samples;
  if (!Number.isFinite(loss)) return { loss: notFinite, accuracy: notFinite };
  return {
    loss,
    accuracy: labels ? accuracy(outputs, labels) : { undefined: "the samples have no classes" },
  };
}

function accuracy(outputs: Float64Array, labels: Int32Array): number {
  const width = outputs.length / labels.length;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const own = outputs.subarray(i * width, (i + 1) * width);
    if (width === 1 ? own[0] > 0 === (labels[i] === 0) : largest(own) === labels[i]) right++;
  }
  return right / labels.length;
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) if (values[c] > values[best]) best = c;
  return best;
}
