import { InputError } from "../inputError.ts";
import { cyclical } from "./cyclical/index.ts";
import { cyclicalReal } from "./cyclicalReal/index.ts";
import { decoupling } from "./decoupling/index.ts";
import { directionalAlignment } from "./directionalAlignment/index.ts";
import { escapeNetwork } from "./escapeNetwork/index.ts";
import { escapeQuadratic } from "./escapeQuadratic/index.ts";
import { escapeReal } from "./escapeReal/index.ts";
import type { Experiment } from "./experiment.ts";
import { linearAlignment } from "./linearAlignment/index.ts";
import { lossDynamics } from "./lossDynamics/index.ts";
import { networkAlignment } from "./networkAlignment/index.ts";
import { noiseAgainstHessian } from "./noiseAgainstHessian/index.ts";
import { olmAlignment } from "./olmAlignment/index.ts";
import { projectionDynamics } from "./projectionDynamics/index.ts";
import { stability } from "./stability/index.ts";
import { twoLayerAlignment } from "./twoLayerAlignment/index.ts";

/** Every experiment, in the order of the paper's argument. */
export const experiments: readonly Experiment[] = [
  linearAlignment,
  olmAlignment,
  twoLayerAlignment,
  directionalAlignment,
  decoupling,
  networkAlignment,
  noiseAgainstHessian,
  lossDynamics,
  projectionDynamics,
  stability,
  escapeQuadratic,
  escapeNetwork,
  escapeReal,
  cyclical,
  cyclicalReal,
];

/**
 * The experiments named, in the order of `experiments`, or all of them for no names. Throws an InputError for a name that is
 * none.
 */
export function chosenExperiments(ids: readonly string[]): readonly Experiment[] {
  for (const id of ids) {
    if (!experiments.some((experiment) => experiment.id === id)) {
      const known = experiments.map((experiment) => experiment.id).join(", ");
      throw new InputError(`experiment: expected one of ${known}, got ${id}; noisegeo list describes them`);
    }
  }
  return ids.length === 0 ? experiments : experiments.filter((experiment) => ids.includes(experiment.id));
}
