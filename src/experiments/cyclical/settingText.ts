import { startLoss as networkStart, spread, training } from "./convolutional.ts";
import { sparsity, startLoss, weight } from "./diagonal.ts";
import {
  aboveEdge,
  belowEdge,
  type ConvolutionalSizes,
  type DiagonalSizes,
  leftAt,
  type Part,
  type Sizes,
  stepsOf,
  type Training,
} from "./setting.ts";

/** Models, data and runs, for a reader. */
export function settingText({ diagonal, convolutional }: Sizes, shown: readonly Part[]): readonly string[] {
  return [
    diagonalText(diagonal),
    ...(shown.includes("convolutional network") ? [convolutionalText(convolutional)] : []),
    `Learning rates, in units of η*, the exact mean-square stability threshold of SGD at the start: ${diagonal.low} and ${diagonal.high} (diagonal), ${convolutional.low} and ${convolutional.high} (convolutional), the large one never above ${belowEdge}·2/λ₁. Every run ends at the small one; constant, two-level, triangular and cosine-restart runs of SGD draw the same batches.`,
    `GD takes the same schedules (the convolutional network's GD ${convolutional.gradientDescent.schedules.join(" and ")}, on ${convolutional.gradientDescent.seeds} of the seeds), and two-level cycles with the large learning rate ${aboveEdge}·2/λ₁, above its edge.`,
    `Sharpness is that of G, by all its eigenvalues; it is the Hessian where the loss is 0. A run has left the start when its loss is ${leftAt} of that of f = 0; its displacement is then taken apart by eigen-directions of G at the start: ${diagonal.departures} and ${convolutional.departures} runs of SGD a seed at the large learning rate, one of GD above its edge. Prediction: the second moment of SGD that grows fastest there, exact to first order.`,
    "Each seed draws data, initialisation and batches anew. Intervals: 95 % Student over seeds.",
  ];
}

function diagonalText(sizes: DiagonalSizes): string {
  const { dimension: d, samples: n } = sizes;
  return `Diagonal network f = Σ (u_k² − v_k²) x_k, d = ${d}, n = ${n} samples x ~ N(0, I), target with ${sparsity} weights ±1 and no noise; u, v ~ N(${weight.mean}, ${weight.deviation}²), then GD until the loss is ${startLoss} of that of f = 0. ${runsText(sizes)}`;
}

function convolutionalText(sizes: ConvolutionalSizes): string {
  const { channels, hidden, samples: n, testSamples, margin, trainingSteps } = sizes;
  const side = (28 - 2 * margin) / 2;
  return `Convolutional network: LeNet with ${channels.join(" and ")} channels, 3×3 kernels, tanh, average pooling and ${hidden} hidden units, one output, square loss; even against odd digits (±1) of MNIST, n = ${n}, ${testSamples} held back, ${margin > 0 ? `${margin} pixels cut off at each side, ` : ""}averaged to ${side}×${side}. Start: LeCun's initialisation times ${spread}, ${trainingSteps} steps of SGD (batch ${training.batchSize}, learning rate ${training.learningRate}), Levenberg–Marquardt steps to a loss below 1e-24, and a random displacement to ${networkStart} of the loss of f = 0. ${runsText(sizes)}`;
}

function runsText(training: Training): string {
  const { batchSize, cycle, cycles, settling, seeds } = training;
  return `Runs of ${stepsOf(training)} steps: ${cycles} cycles of ${cycle}, then ${settling} at the small learning rate; SGD with batch ${batchSize}, with replacement; ${seeds} seeds.`;
}
