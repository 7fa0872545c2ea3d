import type { Linearization } from "../models/linearization.ts";
import type { Model } from "../models/model.ts";
import { meanLoss } from "../models/samples.ts";

/** What the noise of one batch adds to the loss of all samples, in units of the loss. docs/theory.md §8. */
export interface LossKick {
  /** L(θ − ηg_B) − L(θ'), with θ' = θ − η∇L where the step without noise leads. */
  readonly plain: number;
  /**
   * The same without its term of first order, −η∇L(θ')ᵀ(g_B − ∇L). That term has mean 0 over the batches whatever the
   * model, so both have one mean; but it is of order η, and hides the rest, of order η², where η is small.
   */
  readonly centred: number;
}

/**
 * The kick of any batch for a step with learning rate η from θ (length p, kept): of each batch one gradient and one forward pass
 * over all samples. A batch is sample indices, repeats allowed. Throws what the model does, at θ or where a step leads.
 */
export async function lossKicks(
  model: Model,
  theta: Float64Array,
  learningRate: number,
): Promise<(batch: Int32Array) => LossKick> {
  const mean = await fullGradient(model.linearize(theta));
  const moved = new Float64Array(theta.length);
  const after = (direction: Float64Array): Linearization => {
    for (let k = 0; k < moved.length; k++) moved[k] = theta[k] - learningRate * direction[k];
    return model.linearize(moved);
  };
  const arrival = after(mean);
  const slope = await fullGradient(arrival);
  const loss = lossOf(arrival);
  const gradient = new Float64Array(theta.length);
  return (batch) => {
    model.gradient(theta, batch, gradient);
    const plain = lossOf(after(gradient)) - loss;
    let first = 0;
    for (let k = 0; k < gradient.length; k++) first += slope[k] * (gradient[k] - mean[k]);
    return { plain, centred: plain + learningRate * first };
  };
}

/** ∇L = Jᵀr/n. */
async function fullGradient(linearization: Linearization): Promise<Float64Array> {
  const { residuals, samples } = linearization;
  return linearization.vjp(residuals.map((value) => value / samples));
}

/** L. */
function lossOf({ loss, residuals, samples }: Linearization): number {
  return loss
    ? loss.sampleLosses.reduce((sum, value) => sum + value, 0) / samples
    : meanLoss(residuals, samples);
}
