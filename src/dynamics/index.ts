/** What SGD's noise does near a minimum: exact second moments, stability and escape, in at most n·C dimensions. */
export { type BatchDraw, batchNoise } from "./batchNoise.ts";
export {
  type DecoupledGrowth,
  type DecoupledStep,
  decoupledGrowth,
  decoupledLimit,
  decoupledLoss,
} from "./decoupled.ts";
export { expectedLoss } from "./expectedLoss.ts";
export { gradientDescentBatch } from "./gradientDescentBatch.ts";
export { type GrowthRate, gradientDescentGrowth, growthRate, limitFlatOverSharp } from "./growthRate.ts";
export type { SpectralOptions } from "./leadingMatrix.ts";
export { type ExpectedLoss, flatOverSharp, paperBound } from "./lossShares.ts";
export {
  type ReducedProblem,
  reducedJacobian,
  reducedLinearization,
  reducedProblem,
} from "./reducedProblem.ts";
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
export type { LossParts, SimulationOptions, Trajectories } from "./trajectories.ts";
