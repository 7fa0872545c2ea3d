/**
 * Noise geometry at one θ: alignment, spectra, certificates, intervals, estimates where K is too large.
 * [WW] is Wang & Wu, arXiv 2310.00692; sections are those of docs/theory.md.
 *
 * @module
 */
export { type Alignment, lossAlignment } from "./alignment.ts";
export {
  aPosterioriBound,
  directionalExtremes,
  type Extremes,
  lossAlignmentExtremes,
  twoLayerBound,
} from "./certificate.ts";
export { decouplingDistance } from "./decoupling.ts";
export { directionalAlignment, directionalAlignments } from "./directional.ts";
export { alignmentsAlong } from "./estimate/alongDirections.ts";
export type { BlockEstimate } from "./estimate/blockMean.ts";
export type { EigenDirections } from "./estimate/eigenDirections.ts";
export {
  type EstimateOptions,
  estimateGeometry,
  fewestPairs,
} from "./estimate/estimateGeometry.ts";
export { type GeometryEstimate, pairsOf, type Sampling } from "./estimate/geometryEstimate.ts";
export {
  type HessianEigenvalue,
  type HessianMeasurement,
  type HessianOptions,
  measureHessian,
} from "./hessian.ts";
export type { HessianDistance } from "./hessianDistance.ts";
export { hessianNoiseTrace } from "./hessianNoise.ts";
export { type Interval, meanInterval } from "./interval.ts";
export { type AlignmentIntervals, lossAlignmentIntervals } from "./jackknife.ts";
export { type Measurement, type MeasureOptions, measure } from "./measure.ts";
export {
  type MomentSpectrum,
  momentDecouplingDistance,
  momentDirectionalAlignment,
  momentLossAlignment,
  momentSpectrum,
  momentSummary,
  realisableExtremes,
} from "./momentGeometry.ts";
export { momentIntervals } from "./momentInterval.ts";
export { type JacobianBlock, type MomentAccumulator, type Moments, momentAccumulator } from "./moments.ts";
export { type NoiseSummary, noiseSummary } from "./noise.ts";
export { type GradientNoiseScale, gradientNoiseScale } from "./noiseScale.ts";
export { type GeometryPoint, geometryPoint, pointOf, type ResidualPoint } from "./point.ts";
export {
  covarianceOperator,
  covarianceProduct,
  gaussNewtonOperator,
  gaussNewtonProduct,
  hessianOperator,
  secondMomentOperator,
  secondMomentProduct,
} from "./products.ts";
export { type GaussNewtonSpectrum, gaussNewtonSpectrum, randomDirectionImages } from "./spectrum.ts";
export { defined, isDefined, type Undefined } from "./undefined.ts";
