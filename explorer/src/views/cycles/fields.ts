import { choiceField, numberField, textField, type ValuesOf } from "../../state/fields.ts";
import { checkDrawing, initialDrawing } from "./drawing.ts";

/** Everything that the view Cycles can be set to. */
export const fields = {
  model: choiceField({
    label: "Model",
    initial: "diagonal",
    options: {
      diagonal: "Diagonal linear network",
      fnn: "Fully connected, on digits",
      cnn: "Convolutional, on digits",
    },
  }),
  schedule: choiceField({
    label: "Schedule",
    initial: "two-level",
    options: {
      constant: "Constant",
      "two-level": "Two levels, in turn",
      triangular: "Triangles",
      triangular2: "Triangles, each half as high",
      "cosine-restarts": "Cosine with warm restarts",
      "one-cycle": "One cycle",
      drawn: "Drawn by hand",
    },
  }),
  high: numberField({
    label: "Large η, over 2/λ₁ at the start",
    initial: 0.2,
    min: 0.01,
    max: 2,
    scale: "log",
  }),
  low: numberField({
    label: "Small η, over 2/λ₁ at the start",
    initial: 0.02,
    min: 0.01,
    max: 2,
    scale: "log",
  }),
  cycles: numberField({ label: "Cycles", initial: 4, min: 1, max: 20, whole: true }),
  drawing: textField({ label: "Drawn schedule", initial: initialDrawing, check: checkDrawing }),
  steps: numberField({ label: "Steps", initial: 4000, min: 200, max: 20_000, whole: true, scale: "log" }),
  batch: numberField({ label: "Batch size B", initial: 1, min: 1, max: 20, whole: true }),
  seed: numberField({ label: "Seed", initial: 1, min: 1, max: 100, whole: true }),
  at: numberField({ label: "Steps taken", initial: 0, min: 0, max: 20_000, whole: true }),
};

export type Settings = ValuesOf<typeof fields>;

/** What the schedule depends on. */
export type ScheduleSettings = Pick<Settings, "schedule" | "high" | "low" | "cycles" | "drawing" | "steps">;

/** What the model, its data and its batches depend on. */
export type ProblemSettings = Pick<Settings, "model" | "batch" | "seed">;

export function scheduleSettings(settings: Settings): ScheduleSettings {
  const { schedule, high, low, cycles, drawing, steps } = settings;
  return { schedule, high, low, cycles, drawing, steps };
}

export function problemSettings({ model, batch, seed }: Settings): ProblemSettings {
  return { model, batch, seed };
}

/** Which settings say anything, given the others; the drawing has a control of its own. */
export function isRelevant(key: keyof Settings, { schedule }: Settings): boolean {
  switch (key) {
    case "high":
      return schedule !== "drawn";
    case "low":
      return schedule !== "drawn" && schedule !== "constant";
    case "cycles":
      return !["drawn", "constant", "one-cycle"].includes(schedule);
    default:
      return true;
  }
}

/** Under these a model has something to show: SGD leaves its first minimum, and GD does not. */
const suggestions: Readonly<Record<Settings["model"], Partial<Settings>>> = {
  diagonal: { steps: 4000, high: 0.2, batch: 1 },
  fnn: { steps: 1600, high: 0.6, batch: 2 },
  cnn: { steps: 1600, high: 0.6, batch: 2 },
};

/** The changes, and with another model what suits it. */
export function withSuggestions(changes: Partial<Settings>): Partial<Settings> {
  return changes.model === undefined ? changes : { ...suggestions[changes.model], at: 0, ...changes };
}
