/** Naive float64 oracle of docs/theory.md §5: SGD's second moment as explicit p²×p² matrices, vec(M) row by row. */
import { dot, explicitGeometry, type Rows } from "./explicitGeometry.ts";

export interface ExplicitDynamics {
  readonly gaussNewton: Rows;
  /** Orthogonal projection on the range of G. */
  readonly range: Rows;
  /** Nonzero eigenvalues of G, descending. */
  readonly eigenvalues: number[];
  /** H_i = J_iᵀJ_i. */
  readonly curvatures: Rows[];
}

/** `jacobian`: n·C rows of length p, sample-major. */
export function explicitDynamics(jacobian: Rows, outputs: number): ExplicitDynamics {
  const { gaussNewton } = explicitGeometry(jacobian, new Float64Array(jacobian.length), outputs);
  const { values, vectors } = jacobiEigen(gaussNewton);
  const threshold = 1e-13 * Math.max(...values);
  const kept = values.flatMap((value, k) => (value > threshold ? [k] : []));
  const range = combine(kept.map((k) => [1, outer(vectors[k], vectors[k])]));
  const curvatures = Array.from({ length: jacobian.length / outputs }, (_, i) =>
    combine(jacobian.slice(i * outputs, (i + 1) * outputs).map((row) => [1, outer(row, row)])),
  );
  return {
    gaussNewton,
    range,
    curvatures,
    eigenvalues: kept.map((k) => values[k]).sort((a, b) => b - a),
  };
}

/** (I−ηG)⊗(I−ηG) + η²c[(1/n) Σ H_i⊗H_i − G⊗G]. */
export function explicitMap(
  { gaussNewton, curvatures }: ExplicitDynamics,
  rate: number,
  noise: number,
): Rows {
  const stay = gaussNewton.map((row, i) => row.map((value, j) => (i === j ? 1 : 0) - rate * value));
  const kick = rate * rate * noise;
  return combine([
    [1, kronecker(stay, stay)],
    [-kick, kronecker(gaussNewton, gaussNewton)],
    ...curvatures.map((h): [number, Rows] => [kick / curvatures.length, kronecker(h, h)]),
  ]);
}

/** Spectral radius of the map on matrices over the range of G. */
export function explicitGrowthRate(dynamics: ExplicitDynamics, rate: number, noise: number): number {
  const project = kronecker(dynamics.range, dynamics.range);
  const map = multiply(project, multiply(explicitMap(dynamics, rate, noise), project));
  return Math.max(...jacobiEigen(map).values.map(Math.abs));
}

/** 2/λ_max(C^{†½}DC^{†½}) of p²×p² matrices, as [MM] state it. */
export function explicitThreshold({ gaussNewton, curvatures }: ExplicitDynamics, noise: number): number {
  const one = gaussNewton.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  const c = combine([
    [0.5, kronecker(gaussNewton, one)],
    [0.5, kronecker(one, gaussNewton)],
  ]);
  const d = combine([
    [1 - noise, kronecker(gaussNewton, gaussNewton)],
    ...curvatures.map((h): [number, Rows] => [noise / curvatures.length, kronecker(h, h)]),
  ]);
  const { values, vectors } = jacobiEigen(c);
  const threshold = 1e-13 * Math.max(...values);
  const root = combine(
    values.map((value, k) => [value > threshold ? 1 / Math.sqrt(value) : 0, outer(vectors[k], vectors[k])]),
  );
  return 2 / Math.max(...jacobiEigen(multiply(root, multiply(d, root))).values);
}

/** Eigenvalues of a symmetric matrix and their vectors (vectors[k] of values[k]), by rotations until nothing is left. */
export function jacobiEigen(symmetric: Rows): { values: number[]; vectors: Rows } {
  const a = symmetric.map((row) => row.slice());
  const size = a.length;
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  const scale = Math.max(...a.map((row) => Math.max(...row.map(Math.abs))));
  for (let sweep = 0; sweep < 60; sweep++) {
    let rotations = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(a[p][q]) <= 1e-17 * scale) continue;
        rotations++;
        const ratio = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
        const cos = 1 / Math.hypot(t, 1);
        const sin = t * cos;
        for (const row of a) {
          const [left, right] = [row[p], row[q]];
          row[p] = cos * left - sin * right;
          row[q] = sin * left + cos * right;
        }
        for (const pair of [a, vectors]) {
          for (let k = 0; k < size; k++) {
            const [up, down] = [pair[p][k], pair[q][k]];
            pair[p][k] = cos * up - sin * down;
            pair[q][k] = sin * up + cos * down;
          }
        }
      }
    }
    if (rotations === 0) break;
  }
  return { values: a.map((row, k) => row[k]), vectors };
}

function kronecker(a: Rows, b: Rows): Rows {
  return a.flatMap((left) => b.map((right) => left.flatMap((x) => right.map((y) => x * y))));
}

export function multiply(a: Rows, b: Rows): Rows {
  const columns = b[0].map((_, j) => b.map((row) => row[j]));
  return a.map((row) => columns.map((column) => dot(row, column)));
}

export function outer(u: number[], v: number[]): Rows {
  return u.map((x) => v.map((y) => x * y));
}

function combine(terms: [weight: number, matrix: Rows][]): Rows {
  return terms[0][1].map((row, i) => row.map((_, j) => terms.reduce((sum, [w, m]) => sum + w * m[i][j], 0)));
}
