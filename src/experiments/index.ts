/**
 * The claims of [WW] as experiments: trials, what is measured, and the conclusion that can fail.
 *
 * @module
 */
export type {
  Check,
  Conclusion,
  Estimate,
  Experiment,
  ExperimentResult,
  OpenImages,
  Row,
  Scale,
  Table,
  Trial,
  TrialContext,
  Verdict,
} from "./experiment.ts";
export type { Axis, Figure, Layer, Panel, Point } from "./figure.ts";
export { chosenExperiments, experiments } from "./registry.ts";
export { measureTrial, type RunOptions, runExperiment } from "./run.ts";
export { overall } from "./verdict.ts";
