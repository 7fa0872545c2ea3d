import { choiceField, numberField, type ValuesOf } from "../../state/fields.ts";

/** Everything that the view Escape can be set to. */
export const fields = {
  rate: numberField({ label: "Learning rate η", initial: 0.6, min: 0.002, max: 20, scale: "log" }),
  batch: numberField({ label: "Batch size B", initial: 1, min: 1, max: 200, whole: true }),
  replacement: choiceField({
    label: "Batches are drawn",
    initial: "with",
    options: { with: "With replacement", without: "Without replacement" },
  }),
  descent: choiceField({
    label: "Learning rate of GD",
    initial: "beyond",
    options: { beyond: "1.1·2/λ₁: it escapes, too", same: "η, that of SGD" },
  }),
  spectrum: choiceField({
    label: "Spectrum of the inputs' covariance",
    initial: "power-law",
    options: {
      "power-law": "Power law, α as below",
      sharp: "One sharp, the rest flat",
      isotropic: "Isotropic",
    },
  }),
  exponent: numberField({ label: "Exponent α", initial: 1, min: 0, max: 3 }),
  ratio: numberField({ label: "Sharp over flat", initial: 10, min: 1, max: 1000, scale: "log" }),
  n: numberField({ label: "Samples n", initial: 60, min: 5, max: 200, whole: true }),
  d: numberField({ label: "Dimension d", initial: 20, min: 2, max: 100, whole: true }),
  seed: numberField({ label: "Seed", initial: 1, min: 1, max: 100, whole: true }),
  count: numberField({
    label: "Trajectories of each",
    initial: 2000,
    min: 64,
    max: 10_000,
    whole: true,
    scale: "log",
  }),
  steps: numberField({ label: "Steps", initial: 40, min: 5, max: 120, whole: true }),
  k: numberField({ label: "Sharp directions k in D_k", initial: 1, min: 1, max: 10, whole: true }),
  axes: choiceField({
    label: "Axes of the picture",
    initial: "log",
    options: {
      log: "Logarithmic, fixed",
      normalised: "Linear, by step",
    },
  }),
  across: choiceField({
    label: "Its vertical axis",
    initial: "rest",
    options: { rest: "All flat directions together", one: "One of them, in the middle" },
  }),
  /** 0 plays from the start. */
  step: numberField({ label: "Step shown", initial: 0, min: 0, max: 120, whole: true }),
};

export type Settings = ValuesOf<typeof fields>;

/** What the numbers depend on: the rest is how they are looked at. */
export type EscapeSettings = Omit<Settings, "axes" | "across" | "step">;

export function escapeSettings({ axes: _, across: __, step: ___, ...rest }: Settings): EscapeSettings {
  return rest;
}

/** Which settings say anything, given the others. */
export function isRelevant(key: keyof Settings, { spectrum }: Settings): boolean {
  if (key === "exponent") return spectrum === "power-law";
  return key === "ratio" ? spectrum === "sharp" : true;
}

/** How far the sliders go that depend on others: a batch has no more than all samples, and D_k something below its k. */
export function most(key: "batch" | "k", { n, d }: Pick<Settings, "n" | "d">): number {
  return key === "batch" ? n : Math.min(fields.k.max, Math.min(n, d) - 1);
}

/** The changes, and what else has to change so that all settings go together. */
export function consistent(changes: Partial<Settings>, settings: Settings): Partial<Settings> {
  const next = { ...settings, ...changes };
  const batch = Math.min(next.batch, most("batch", next));
  const k = Math.min(next.k, most("k", next));
  return { ...changes, ...(batch !== next.batch && { batch }), ...(k !== next.k && { k }) };
}
