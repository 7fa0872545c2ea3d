/** Standard deviation of the noise on noisy targets. */
export const labelNoise = 0.5;

/**
 * Where θ stands and what the targets are: each a reason for residuals (and slopes) of a different kind. At the first
 * two, θ does not depend on the inputs. `spread` is in units of the initialisation.
 */
export const situations = [
  { theta: "initialisation", noise: 0, trained: false, spread: 1 },
  { theta: "random, far away", noise: 0, trained: false, spread: 10 },
  { theta: "after SGD", noise: 0, trained: true, spread: 1 },
  { theta: "after SGD, noisy targets", noise: labelNoise, trained: true, spread: 1 },
] as const;
