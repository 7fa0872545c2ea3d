import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { convolutionalNetwork } from "../../models/olm/convolutional.ts";
import { deepLinear } from "../../models/olm/deepLinear.ts";
import { diagonalNetwork } from "../../models/olm/diagonal.ts";
import type { OverparametrisedLinear } from "../../models/olm/family.ts";
import { randomReparameterisation } from "../../models/olm/reparameterisation.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Sizes } from "./setting.ts";

/** Members of one family at one d, p growing. */
type Members = (
  size: Sizes,
  context: { readonly kernels: Kernels; readonly stream: RandomStream },
) => readonly OverparametrisedLinear[];

const diagonal =
  (depth: number): Members =>
  ({ dimension, branches }) =>
    branches.map((count) => diagonalNetwork({ dimension, depth, branches: count }));

const reparameterisation =
  (condition: number): Members =>
  ({ dimension, parameters }, { kernels, stream }) =>
    parameters.map((count) =>
      randomReparameterisation({
        dimension,
        parameters: count,
        condition,
        stream: stream.split("map", count),
        kernels,
      }),
    );

/** The families of docs/theory.md §3, by name. */
export const families: ReadonlyMap<string, Members> = new Map([
  ["diagonal, depth 2", diagonal(2)],
  ["diagonal, depth 3", diagonal(3)],
  [
    "two-layer linear",
    ({ dimension, widths }, { kernels }) =>
      widths.map((width) => deepLinear({ dimension, widths: [width], kernels })),
  ],
  [
    "deep linear, 4 layers",
    ({ dimension, deepWidths }, { kernels }) =>
      deepWidths.map((width) => deepLinear({ dimension, widths: [width, width, width], kernels })),
  ],
  [
    "linear convolutional",
    ({ dimension, convolutions }, { kernels }) =>
      convolutions.map(([count, kernelSize]) =>
        convolutionalNetwork({ dimension, convolutions: count, kernelSize, kernels }),
      ),
  ],
  ["reparameterisation, κ = 1", reparameterisation(1)],
  ["reparameterisation, κ = 100", reparameterisation(100)],
] satisfies [string, Members][]);

/** Those whose DF DFᵀ has one law at every p: for them μ itself has to be flat. */
export const familiesOfOneMetric: readonly string[] = [
  "reparameterisation, κ = 1",
  "reparameterisation, κ = 100",
];
