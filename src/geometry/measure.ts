import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { Linearization, LossKind } from "../models/linearization.ts";
import { type Alignment, lossAlignment } from "./alignment.ts";
import { aPosterioriBound, type Extremes, lossAlignmentExtremes } from "./certificate.ts";
import { decouplingDistance } from "./decoupling.ts";
import { directionalAlignments } from "./directional.ts";
import type { HessianMeasurement } from "./hessian.ts";
import { type AlignmentIntervals, lossAlignmentIntervals } from "./jackknife.ts";
import {
  momentDecouplingDistance,
  momentLossAlignment,
  momentSpectrum,
  momentSummary,
} from "./momentGeometry.ts";
import { momentIntervals } from "./momentInterval.ts";
import { type JacobianBlock, momentAccumulator } from "./moments.ts";
import { type NoiseSummary, noiseSummary } from "./noise.ts";
import { pointOf } from "./point.ts";
import { inUnits, type ScaledBlocks, scaledBlocks } from "./scaledBlocks.ts";
import { gaussNewtonSpectrum } from "./spectrum.ts";
import { isDefined, type Undefined } from "./undefined.ts";

/** Everything that is known of the noise geometry at one point θ. */
export interface Measurement {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** p */
  readonly parameters: number;
  /** With cross-entropy the alignments keep 2L, of that loss, as their normaliser, by name only (docs/theory.md §9). */
  readonly lossKind: LossKind;
  readonly summary: NoiseSummary;
  readonly lossAlignment: Alignment | Undefined;
  /** 95 % over the samples. */
  readonly intervals: AlignmentIntervals | Undefined;
  /** Eigenvalues of G, descending, zeros left out, and g, g₁ along their eigenvectors. */
  readonly spectrum: {
    readonly eigenvalues: Float64Array;
    readonly alignments: readonly (Alignment | Undefined)[];
  };
  /** ‖Σ − 2L·G‖_F/‖2L·G‖_F. */
  readonly decoupling: number | Undefined;
  /** The same against (2L/C)·G. */
  readonly decouplingPerOutput: number | Undefined;
  /** Where it was asked for. Undefined in both for cross-entropy, and on the side of p×p moments where n·C > 16,384. */
  readonly certificate?: {
    /** Exact extremes of μ over all residuals. */
    readonly lossAlignment: Extremes | Undefined;
    /** Lower bound of μ₁ over all residuals. */
    readonly aPosteriori: number | Undefined;
  };
  /** Of the exact Hessian, where the model knows it and it was asked for: `measureHessian` gives it, `measure` leaves it out. */
  readonly hessian?: HessianMeasurement;
}

/** What `measure` computes with, and whether certificates are made too. */
export interface MeasureOptions {
  readonly kernels: Kernels;
  /** Also the exact worst and best case over residuals: one more eigenproblem of size n·C. */
  readonly certificate?: boolean;
}

/** A linearization that can also be swept in blocks of samples. */
type Sweepable = Linearization & { blocks?(): AsyncIterable<JacobianBlock> };

/**
 * Largest n·C for which K is formed for the certificate alone. On K's own side there is no such limit: K and an eigenproblem
 * of its size are there already.
 */
export const certificateLimit = 16_384;

/**
 * Measures a linearization: on the side of K (n·C × n·C), or of explicit p×p moments, in two sweeps, when its loss is the
 * square loss, it can be swept in blocks and p < n·C. Both give the same numbers (docs/theory.md §2), the intervals of the
 * moments to first order (§8). Throws a RangeError as `pointOf` and `MomentAccumulator` do.
 */
export async function measure(linearization: Sweepable, options: MeasureOptions): Promise<Measurement> {
  const { samples, outputs, parameters } = linearization;
  const lossKind = linearization.loss?.kind ?? "mse";
  const sizes = { samples, outputs, parameters, lossKind };
  if (linearization.blocks && lossKind === "mse" && parameters < samples * outputs) {
    const sweep = () => (linearization.blocks as () => AsyncIterable<JacobianBlock>)();
    const scaled = scaledBlocks(linearization.residuals, sweep);
    const measured = await measureMoments(sizes, scaled, options.kernels);
    return options.certificate
      ? { ...measured, certificate: await certify(linearization, options.kernels) }
      : measured;
  }
  return { ...sizes, ...(await measureGram(linearization, options)) };
}

async function measureGram(linearization: Linearization, { kernels, certificate }: MeasureOptions) {
  const point = await pointOf(linearization);
  const decomposition = gaussNewtonSpectrum(point, kernels);
  // lets it begin: it runs in the background of what follows
  await Promise.resolve();
  const alignment = lossAlignment(point);
  const decoupling = decouplingDistance(point);
  const fromGram = {
    summary: noiseSummary(point),
    lossAlignment: alignment,
    intervals: isDefined(alignment) ? lossAlignmentIntervals(point, alignment) : alignment,
    decoupling,
    decouplingPerOutput: point.outputs === 1 ? decoupling : decouplingDistance(point, true),
  };
  const { eigenvalues, vectors } = await decomposition;
  return {
    ...fromGram,
    spectrum: { eigenvalues, alignments: directionalAlignments(point, vectors) },
    ...(certificate && {
      certificate: {
        lossAlignment: await lossAlignmentExtremes(point, kernels),
        aPosteriori: aPosterioriBound(point, kernels),
      },
    }),
  };
}

async function measureMoments(
  sizes: Pick<Measurement, "samples" | "outputs" | "parameters" | "lossKind">,
  blocks: ScaledBlocks,
  kernels: Kernels,
): Promise<Measurement> {
  const accumulator = momentAccumulator(sizes.parameters, sizes.outputs, kernels);
  for await (const part of blocks.sweep()) accumulator.add(part);
  const moments = accumulator.finish();
  const alignment = momentLossAlignment(moments, kernels);
  const { eigenvalues, alignments } = await momentSpectrum(moments, kernels);
  const jacobianScale = blocks.jacobianScale();
  return {
    ...sizes,
    summary: inUnits(momentSummary(moments), blocks),
    lossAlignment: alignment,
    intervals: isDefined(alignment)
      ? await momentIntervals(moments, alignment, blocks.sweep(), kernels)
      : alignment,
    spectrum: { eigenvalues: eigenvalues.map((value) => value * jacobianScale * jacobianScale), alignments },
    decoupling: momentDecouplingDistance(moments),
    decouplingPerOutput: momentDecouplingDistance(moments, true),
  };
}

/** The certificate of a measurement on its own, undefined where its eigenproblem would be too large. */
export async function certify(
  linearization: Linearization,
  kernels: Kernels,
): Promise<NonNullable<Measurement["certificate"]>> {
  const size = linearization.samples * linearization.outputs;
  if (size > certificateLimit) {
    const reason = {
      undefined: `the certificate needs an eigenproblem of size ${size}, more than ${certificateLimit}`,
    };
    return { lossAlignment: reason, aPosteriori: reason };
  }
  const point = await pointOf(linearization);
  return {
    lossAlignment: await lossAlignmentExtremes(point, kernels),
    aPosteriori: aPosterioriBound(point, kernels),
  };
}
