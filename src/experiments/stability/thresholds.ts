import { growthRate } from "../../dynamics/growthRate.ts";
import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import { gradientDescentThreshold, stabilityThreshold } from "../../dynamics/stability.ts";
import { alignmentBound, necessaryConditions } from "../../dynamics/stabilityBounds.ts";
import { lossAlignment } from "../../geometry/alignment.ts";
import { lossAlignmentExtremes } from "../../geometry/certificate.ts";
import { geometryPoint } from "../../geometry/point.ts";
import { defined, isDefined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { matrix, mirrorLower } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";

/** η* with its upper bounds against B, all in units of 2/λ₁, and how far ρ at η* is from 1. */
export async function thresholds(
  problem: ReducedProblem,
  stream: RandomStream,
  kernels: Kernels,
): Promise<readonly Row[]> {
  const { samples, outputs, rank, rows: x, eigenvalues } = problem;
  const limit = defined(gradientDescentThreshold(problem));
  const gram = matrix(x.rows, x.rows);
  kernels.syrk(1, x, 0, gram);
  mirrorLower(gram);
  // residuals J w that a displacement w leaves: any in the span of the eigenvectors
  const residuals = new Float64Array(x.rows);
  kernels.gemv(1, x, stream.gaussians(new Float64Array(rank)), 0, residuals);
  const point = geometryPoint(gram, residuals, outputs);
  const span = matrix(
    x.rows,
    rank,
    x.data.map((value, i) => value / Math.sqrt(samples * eigenvalues[i % rank])),
  );
  const least = defined(await lossAlignmentExtremes(point, kernels, span)).min;

  const rows: Row[] = [];
  for (const replacement of [true, false]) {
    for (const batchSize of batchSizes(samples)) {
      const draw = { batchSize, replacement };
      const { value } = defined(await stabilityThreshold(problem, draw, { kernels }));
      const growth = defined(await growthRate(problem, { ...draw, learningRate: value }, { kernels }));
      const { sharpestDirection, isotropic } = defined(necessaryConditions(problem, draw));
      const certified = alignmentBound(problem, draw, { covariance: least, secondMoment: least });
      const typical = alignmentBound(problem, draw, lossAlignment(point));
      rows.push({
        kind: "threshold",
        batchSize,
        replacement,
        threshold: value / limit,
        gradientDescent: 1,
        growthAtThreshold: growth.value,
        sharpestDirection: sharpestDirection / limit,
        isotropic: isotropic / limit,
        // without noise there is no such bound
        certified: isDefined(certified) ? certified / limit : null,
        typical: isDefined(typical) ? typical / limit : null,
      });
    }
  }
  return rows;
}

/** 1, 2, 4, … up to n, and n. */
function batchSizes(samples: number): readonly number[] {
  const powers = Array.from({ length: Math.ceil(Math.log2(samples)) }, (_, k) => 2 ** k);
  return [...powers, samples];
}
