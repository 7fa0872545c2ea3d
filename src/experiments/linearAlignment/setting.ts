import { type GaussianDesign, isotropic, powerLaw, spiked } from "../../data/designs.ts";
import type { Scale } from "../experiment.ts";

export const sizes = {
  quick: { dimension: 64, samples: [2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096], seeds: 40 },
  paper: {
    dimension: 512,
    samples: [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384, 65536],
    seeds: 50,
  },
};

export const training = { batchSize: 8, lossShare: 0.05, maxSteps: 300 };

/** The covariances S of the inputs, by name. */
export function designs(scale: Scale): ReadonlyMap<string, GaussianDesign> {
  const { dimension } = sizes[scale];
  return new Map([
    ["isotropic", isotropic(dimension)],
    ["power law 1/√k", powerLaw(dimension, 0.5)],
    ["power law 1/k", powerLaw(dimension, 1)],
    ["spiked", spiked(dimension, 4, 20)],
  ]);
}
