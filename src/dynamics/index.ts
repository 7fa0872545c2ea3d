/**
 * What SGD's noise does: in one step anywhere; near a minimum by exact second moments, stability and escape, in at most n·C
 * dimensions. [MM] is Mulayoff & Michaeli, COLT 2024; [WWS] Wu, Wang & Su, NeurIPS 2022; sections are those of docs/theory.md.
 *
 * @module
 */
export { type Advice, type AdviceOptions, advise, type StabilityAt } from "./advice.ts";
export { type BatchDraw, batchNoise } from "./batchNoise.ts";
export {
  type DecoupledGrowth,
  type DecoupledStep,
  decoupledGrowth,
  decoupledLimit,
  decoupledLoss,
} from "./decoupled.ts";
export { type Measured, ratioOf, type StepDraws } from "./drawnBatches.ts";
export type { EscapeDirections } from "./escapeDirections.ts";
export { expectedLoss } from "./expectedLoss.ts";
export { gradientDescentBatch } from "./gradientDescentBatch.ts";
export { type GrowthRate, gradientDescentGrowth, growthRate, limitFlatOverSharp } from "./growthRate.ts";
export type { Interpolation } from "./interpolation.ts";
export type { SpectralOptions } from "./leadingMatrix.ts";
export { type LossKick, lossKicks } from "./lossKicks.ts";
export {
  type LossIncrease,
  type LossPrediction,
  measureLossIncrease,
  predictLossIncrease,
  secondOrderIncrease,
} from "./lossLaw.ts";
export { type ExpectedLoss, flatOverSharp, paperBound } from "./lossShares.ts";
export { gradientDescent, type Optimiser, type OptimiserOptions } from "./optimiser.ts";
export {
  expectedDisplacement,
  gradientComponents,
  measureProjection,
  type ProjectionPrediction,
  predictProjection,
  squaredDisplacement,
} from "./projectionLaw.ts";
export {
  type ReducedProblem,
  reducedJacobian,
  reducedLinearization,
  reducedProblem,
} from "./reducedProblem.ts";
export * as schedules from "./schedules.ts";
export { type SgdStep, secondMomentMap } from "./secondMoment.ts";
export { simulateSgd } from "./simulate.ts";
export { simulateDecoupled } from "./simulateDecoupled.ts";
export {
  carriers,
  type SimulatedValue,
  simulatedFlatOverSharp,
  simulatedGrowth,
} from "./simulationEstimates.ts";
export { gradientDescentThreshold, type StabilityThreshold, stabilityThreshold } from "./stability.ts";
export { alignmentBound, type NecessaryConditions, necessaryConditions } from "./stabilityBounds.ts";
export { eigenImages, randomImages } from "./subspaces.ts";
export type { LossParts, SimulationOptions, Trajectories } from "./trajectories.ts";
