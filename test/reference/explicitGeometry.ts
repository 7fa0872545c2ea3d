/** Naive float64 oracle: docs/theory.md §1–2 written out with explicit p×p matrices as nested arrays. */

export type Rows = number[][];

export interface ExplicitGeometry {
  loss: number;
  gradient: number[];
  gaussNewton: Rows;
  secondMoment: Rows;
  covariance: Rows;
}

const zeros = (rows: number, columns: number): Rows =>
  Array.from({ length: rows }, () => new Array(columns).fill(0));

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** `jacobian`: n·C rows of length p, sample-major. */
export function explicitGeometry(
  jacobian: Rows,
  residuals: ArrayLike<number>,
  outputs: number,
): ExplicitGeometry {
  const n = jacobian.length / outputs;
  const p = jacobian[0].length;
  const gradients = zeros(n, p);
  const gaussNewton = zeros(p, p);
  for (let row = 0; row < jacobian.length; row++) {
    const i = Math.floor(row / outputs);
    for (let a = 0; a < p; a++) {
      gradients[i][a] += residuals[row] * jacobian[row][a];
      for (let b = 0; b < p; b++) gaussNewton[a][b] += (jacobian[row][a] * jacobian[row][b]) / n;
    }
  }
  const gradient = new Array(p).fill(0);
  for (const g of gradients) for (let a = 0; a < p; a++) gradient[a] += g[a] / n;
  const secondMoment = zeros(p, p);
  const covariance = zeros(p, p);
  for (const g of gradients) {
    for (let a = 0; a < p; a++) {
      for (let b = 0; b < p; b++) {
        secondMoment[a][b] += (g[a] * g[b]) / n;
        covariance[a][b] += ((g[a] - gradient[a]) * (g[b] - gradient[b])) / n;
      }
    }
  }
  return { loss: dot(residuals, residuals) / (2 * n), gradient, gaussNewton, secondMoment, covariance };
}

export const frobenius = (a: Rows): number => Math.sqrt(a.reduce((sum, row) => sum + dot(row, row), 0));
export const trace = (a: Rows): number => a.reduce((sum, row, i) => sum + row[i], 0);
const traceOfProduct = (a: Rows, b: Rows): number => a.reduce((sum, row, i) => sum + dot(row, b[i]), 0);
const quadratic = (a: Rows, v: ArrayLike<number>): number =>
  a.reduce((sum, row, i) => sum + v[i] * dot(row, v), 0);

export function explicitLossAlignment(g: ExplicitGeometry): { covariance: number; secondMoment: number } {
  const unit = 1 / (2 * g.loss * frobenius(g.gaussNewton) ** 2);
  return {
    covariance: traceOfProduct(g.covariance, g.gaussNewton) * unit,
    secondMoment: traceOfProduct(g.secondMoment, g.gaussNewton) * unit,
  };
}

export function explicitDirectionalAlignment(g: ExplicitGeometry, v: ArrayLike<number>) {
  const unit = 1 / (2 * g.loss * quadratic(g.gaussNewton, v));
  return { covariance: quadratic(g.covariance, v) * unit, secondMoment: quadratic(g.secondMoment, v) * unit };
}

/** ‖Σ − s·2L·G‖_F/‖s·2L·G‖_F. */
export function explicitDecoupling(g: ExplicitGeometry, share = 1): number {
  const decoupled = g.gaussNewton.map((row) => row.map((value) => share * 2 * g.loss * value));
  return (
    frobenius(g.covariance.map((row, a) => row.map((value, b) => value - decoupled[a][b]))) /
    frobenius(decoupled)
  );
}
