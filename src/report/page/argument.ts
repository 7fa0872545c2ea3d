import type { ReportedExperiment } from "../reproduction.ts";

interface Step {
  readonly title: string;
  readonly ids: readonly string[];
}

/** The paper's argument, step by step, and the experiments that test each. */
const STEPS: readonly Step[] = [
  {
    title: "The noise is as strong as the curvature asks",
    ids: ["linear-alignment", "olm-alignment", "two-layer-alignment", "network-alignment"],
  },
  {
    title: "It follows the curvature direction by direction",
    ids: ["directional-alignment", "decoupling", "noise-against-hessian"],
  },
  {
    title: "So it decides how the loss moves and what is stable",
    ids: ["loss-dynamics", "projection-dynamics", "stability"],
  },
  {
    title: "So SGD leaves sharp minima along flat directions",
    ids: ["escape-quadratic", "escape-network", "escape-real", "cyclical", "cyclical-real"],
  },
];

export interface ReportedStep {
  readonly title: string;
  readonly experiments: readonly ReportedExperiment[];
}

/** The experiments by the step that they test; those of no step stand last, and steps without any are left out. */
export function argumentSteps(experiments: readonly ReportedExperiment[]): readonly ReportedStep[] {
  const placed = new Set(STEPS.flatMap(({ ids }) => ids));
  const steps = STEPS.map(({ title, ids }) => ({
    title,
    experiments: experiments.filter(({ id }) => ids.includes(id)),
  }));
  const others = experiments.filter(({ id }) => !placed.has(id));
  return [...steps, { title: "Further claims", experiments: others }].filter(
    (step) => step.experiments.length > 0,
  );
}
