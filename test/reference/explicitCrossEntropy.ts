import { dot, type ExplicitGeometry, type Rows } from "./explicitGeometry.ts";

/** docs/theory.md §9 by the definitions: p×p matrices from the Jacobian of the logits, no whitening. */
export interface ExplicitCrossEntropy extends ExplicitGeometry {
  probabilities: Rows;
  sampleLosses: number[];
  gradients: Rows;
}

/** `jacobian`: n·C rows ∂z_c(x_i)/∂θ; `targets`: n rows of C probabilities. */
export function explicitCrossEntropy(
  jacobian: Rows,
  logits: ArrayLike<number>,
  targets: Rows,
): ExplicitCrossEntropy {
  const n = targets.length;
  const outputs = targets[0].length;
  const p = jacobian[0].length;
  const square = () => Array.from({ length: p }, () => new Array<number>(p).fill(0));
  const gaussNewton = square();
  const secondMoment = square();
  const covariance = square();
  const gradient = new Array<number>(p).fill(0);
  const probabilities = targets.map((_, i) => {
    const own = Array.from({ length: outputs }, (_, c) => logits[i * outputs + c]);
    const top = Math.max(...own);
    const sum = own.reduce((total, z) => total + Math.exp(z - top), 0);
    return own.map((z) => Math.exp(z - top) / sum);
  });
  /** 1 − p_c without the cancellation. */
  const rest = (own: number[], c: number) => own.reduce((sum, value, d) => (d === c ? sum : sum + value), 0);
  const gradients = targets.map((y, i) => {
    const rows = jacobian.slice(i * outputs, (i + 1) * outputs);
    const own = probabilities[i];
    const residual = (c: number) => (y[c] === 1 ? -rest(own, c) : own[c] - y[c]);
    for (let c = 0; c < outputs; c++) {
      for (let d = 0; d < outputs; d++) {
        const weight = (c === d ? own[c] * rest(own, c) : -own[c] * own[d]) / n;
        for (let a = 0; a < p; a++) {
          for (let b = 0; b < p; b++) gaussNewton[a][b] += weight * rows[c][a] * rows[d][b];
        }
      }
    }
    return Array.from({ length: p }, (_, a) => rows.reduce((sum, row, c) => sum + residual(c) * row[a], 0));
  });
  for (const g of gradients) for (let a = 0; a < p; a++) gradient[a] += g[a] / n;
  for (const g of gradients) {
    for (let a = 0; a < p; a++) {
      for (let b = 0; b < p; b++) {
        secondMoment[a][b] += (g[a] * g[b]) / n;
        covariance[a][b] += ((g[a] - gradient[a]) * (g[b] - gradient[b])) / n;
      }
    }
  }
  const sampleLosses = targets.map(
    (y, i) =>
      -dot(
        y,
        probabilities[i].map((value, c) =>
          value > 0.5 ? Math.log1p(-rest(probabilities[i], c)) : Math.log(value),
        ),
      ),
  );
  const loss = sampleLosses.reduce((sum, value) => sum + value / n, 0);
  return { probabilities, sampleLosses, gradients, loss, gradient, gaussNewton, secondMoment, covariance };
}
