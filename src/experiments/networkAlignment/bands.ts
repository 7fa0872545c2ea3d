export interface Band {
  /** Mean eigenvalue of G. */
  readonly curvature: number;
  /** g(P) of the subspace P that the band's eigenvectors span. */
  readonly alignment: number;
}

/**
 * The spectrum in bands of 1, 2, 4, 8, … eigen-directions, sharpest first, those left over at the end not taken:
 * g(P) = Tr(PΣ)/(2L·Tr(PG)) is the mean of the g along its eigenvectors with their eigenvalues as weights.
 */
export function bandsOf(eigenvalues: ArrayLike<number>, alignments: readonly number[]): readonly Band[] {
  const bands: Band[] = [];
  for (let first = 0, size = 1; first + size <= eigenvalues.length; first += size, size *= 2) {
    let curvature = 0;
    let noise = 0;
    for (let k = first; k < first + size; k++) {
      curvature += eigenvalues[k];
      noise += eigenvalues[k] * alignments[k];
    }
    bands.push({ curvature: curvature / size, alignment: noise / curvature });
  }
  return bands;
}
