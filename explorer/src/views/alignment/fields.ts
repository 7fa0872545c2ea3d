import { choiceField, numberField, type ValuesOf } from "../../state/fields.ts";

/** Everything that the view Alignment can be set to. */
export const fields = {
  data: choiceField({
    label: "Inputs",
    initial: "gaussian",
    options: { gaussian: "Gaussian", digits: "MNIST digits" },
  }),
  spectrum: choiceField({
    label: "Spectrum of their covariance",
    initial: "power-law",
    options: {
      "power-law": "Power law, α as below",
      isotropic: "Isotropic",
      spiked: "Spiked: some large, the rest 1",
    },
  }),
  exponent: numberField({ label: "Exponent α", initial: 1, min: 0, max: 3 }),
  spikes: numberField({ label: "Large eigenvalues", initial: 2, min: 1, max: 10, whole: true }),
  ratio: numberField({ label: "Their size", initial: 10, min: 1, max: 1000, scale: "log" }),
  side: choiceField({
    label: "Size of an image",
    initial: "14",
    options: { "14": "14×14, means of 2×2 pixels", "28": "28×28, whole" },
  }),
  n: numberField({ label: "Samples n", initial: 200, min: 10, max: 400, whole: true }),
  d: numberField({ label: "Dimension d", initial: 50, min: 2, max: 200, whole: true }),
  targets: choiceField({
    label: "Targets",
    initial: "learnable",
    options: {
      learnable: "A teacher's, or even/odd",
      classes: "Ten classes, one-hot",
      random: "Random numbers",
    },
  }),
  noise: numberField({ label: "Label noise σ", initial: 0, min: 0, max: 3 }),
  model: choiceField({
    label: "Model",
    initial: "linear",
    options: {
      linear: "Linear",
      diagonal: "Diagonal linear network",
      "deep-linear": "Deep linear network",
      "linear-convolution": "Linear convolutional network",
      reparameterised: "Random reparameterisation",
      "two-layer": "Two-layer, second one fixed",
      fnn: "Fully connected network",
      cnn: "Convolutional network",
    },
  }),
  width: numberField({ label: "Width", initial: 32, min: 1, max: 256, whole: true, scale: "log" }),
  depth: numberField({ label: "Depth", initial: 2, min: 2, max: 4, whole: true }),
  condition: numberField({ label: "Condition number κ", initial: 100, min: 1, max: 10_000, scale: "log" }),
  activation: choiceField({
    label: "Activation",
    initial: "tanh",
    options: { tanh: "tanh", relu: "ReLU", gelu: "GELU", "leaky-relu": "Leaky ReLU, slope 0.1" },
  }),
  rate: numberField({
    label: "Learning rate η, share of 2/λ_max(G)",
    initial: 0.05,
    min: 0.001,
    max: 2,
    scale: "log",
  }),
  batch: numberField({ label: "Batch size B", initial: 8, min: 1, max: 100, whole: true }),
  seed: numberField({ label: "Seed", initial: 1, min: 1, max: 100, whole: true }),
  steps: numberField({ label: "Steps of SGD", initial: 0, min: 0, max: 5000, whole: true }),
  directions: numberField({ label: "Directions in the maps", initial: 30, min: 5, max: 60, whole: true }),
  scale: choiceField({
    label: "Colours of the maps",
    initial: "relative",
    options: {
      relative: "Relative to 2L·G",
      absolute: "In units of 2L·λ₁",
    },
  }),
};

export type Settings = ValuesOf<typeof fields>;

/** What the model, its data and its training depend on: the rest is how they are looked at. */
export type ProblemSettings = Omit<Settings, "steps" | "directions" | "scale">;

export function problemSettings({
  steps: _,
  directions: __,
  scale: ___,
  ...rest
}: Settings): ProblemSettings {
  return rest;
}

/** Which settings say anything, given the others. */
export function isRelevant(key: keyof Settings, settings: Settings): boolean {
  const { data, spectrum, model } = settings;
  switch (key) {
    case "spectrum":
    case "d":
      return data === "gaussian";
    case "exponent":
      return data === "gaussian" && spectrum === "power-law";
    case "spikes":
    case "ratio":
      return data === "gaussian" && spectrum === "spiked";
    case "side":
      return data === "digits";
    case "width":
      return model !== "linear";
    case "depth":
      return ["diagonal", "deep-linear", "linear-convolution", "fnn"].includes(model);
    case "condition":
      return model === "reparameterised";
    case "activation":
      return ["two-layer", "fnn", "cnn"].includes(model);
    default:
      return true;
  }
}

/** n·C at most 600, the size of the eigenproblems, and as many digits as there are. */
export function mostSamples({ data, targets }: ProblemSettings): number {
  if (targets === "classes") return 60;
  return data === "digits" ? 300 : fields.n.max;
}

/** Models that have one output only. */
const singleOutput: readonly Settings["model"][] = [
  "diagonal",
  "deep-linear",
  "linear-convolution",
  "reparameterised",
];

/** Options that do not go with the other settings. */
export function excludedOptions(key: keyof Settings, { data, targets }: Settings): readonly string[] {
  if (key === "targets") return data === "gaussian" ? ["classes"] : [];
  if (key !== "model") return [];
  return [...(data === "gaussian" ? ["cnn"] : []), ...(targets === "classes" ? singleOutput : [])];
}

/** The changes, and what else has to change so that all settings go together. */
export function consistent(changes: Partial<Settings>, settings: Settings): Partial<Settings> {
  let all = { ...changes };
  if (excludedOptions("targets", { ...settings, ...all }).includes(all.targets ?? settings.targets)) {
    all = { ...all, targets: "learnable" };
  }
  if (excludedOptions("model", { ...settings, ...all }).includes(all.model ?? settings.model)) {
    all = { ...all, model: "linear" };
  }
  const next = { ...settings, ...all };
  return next.n > mostSamples(next) ? { ...all, n: mostSamples(next) } : all;
}

/** What "width" means for a model. */
export function widthLabel(model: Settings["model"]): string {
  switch (model) {
    case "diagonal":
      return "Branches";
    case "linear-convolution":
      return "Kernel size";
    case "reparameterised":
      return "Parameters p/d";
    case "cnn":
      return "Channels";
    default:
      return "Hidden width";
  }
}
