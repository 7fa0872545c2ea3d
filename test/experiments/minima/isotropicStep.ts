import type { Descend } from "../../../src/experiments/minima/pairedRun.ts";

/** −η(∇L + ξ), ξ Gaussian with the trace of SGD's covariance at B = 1. */
export function isotropicStep(
  trainer: Parameters<Descend>[0],
  learningRate: number,
  samples: number,
  gaussian: () => number,
): void {
  const { theta } = trainer;
  const own = trainer.allocate();
  const mean = new Float64Array(theta.length);
  let squares = 0;
  for (let i = 0; i < samples; i++) {
    trainer.gradient(Int32Array.of(i), own);
    for (let k = 0; k < own.length; k++) {
      mean[k] += own[k] / samples;
      squares += own[k] ** 2 / samples;
    }
  }
  const trace = squares - mean.reduce((sum, value) => sum + value * value, 0);
  const deviation = Math.sqrt(Math.max(trace, 0) / theta.length);
  for (let k = 0; k < theta.length; k++) theta[k] -= learningRate * (mean[k] + deviation * gaussian());
}
