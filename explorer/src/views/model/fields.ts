import { InputError } from "../../../../src/inputError.ts";
import { choiceField, textField, type ValuesOf } from "../../state/fields.ts";

const requested = { no: "Not asked for", yes: "Asked for" } as const;

/** Everything that the view Your model can be set to, as the options of `noisegeo measure`. Files are not among it. */
export const fields = {
  loss: choiceField({
    label: "Loss",
    initial: "mse",
    options: { mse: "Square loss", "cross-entropy": "Cross-entropy" },
  }),
  samples: textField({ label: "Samples", initial: "", check: optional("Samples", 1) }),
  seed: textField({
    label: "Seed",
    initial: "",
    check: optional("Seed", 0),
  }),
  precision: choiceField({
    label: "Precision of the Gram matrix",
    initial: "f64",
    options: { f64: "float64", f32: "float32, faster" },
  }),
  top: textField({
    label: "Eigen-directions",
    initial: "",
    check: optional("Eigen-directions", 1),
  }),
  certificate: choiceField({
    label: "Certificate: μ over all residuals",
    initial: "no",
    options: requested,
  }),
  hessian: choiceField({ label: "Hessian: λ_max and trace", initial: "no", options: requested }),
  stability: textField({
    label: "Stability: batch sizes B",
    initial: "",
    check: (text) => void batchSizes(text),
  }),
  replacement: choiceField({
    label: "Batches",
    initial: "without",
    options: { without: "Drawn without replacement", with: "Drawn with replacement" },
  }),
};

/** What an empty text means, or what one may write there. */
export const placeholders: Readonly<Record<string, string>> = {
  samples: "all",
  seed: "none: the first samples",
  top: "all up to 512, else 20",
  stability: "none; 1, 8, 64",
};

export type Settings = ValuesOf<typeof fields>;

/** What is measured, as the command would be asked for it. */
export interface MeasureOptions {
  readonly loss: Settings["loss"];
  readonly samples?: number;
  readonly seed?: number;
  readonly precision: Settings["precision"];
  readonly certificate: boolean;
  readonly hessian: boolean;
  /** B */
  readonly stability: readonly number[];
  readonly replacement: boolean;
}

export function measureOptions(settings: Settings, isNetwork: boolean): MeasureOptions {
  const { loss, precision, stability, replacement, certificate, hessian } = settings;
  const [samples, seed] = [settings.samples, settings.seed].map(wholeNumber);
  return {
    loss: isNetwork ? loss : "mse",
    ...(isNetwork && samples !== undefined && { samples }),
    ...(isNetwork && seed !== undefined && { seed }),
    precision,
    certificate: certificate === "yes",
    hessian: isNetwork && hessian === "yes",
    stability: batchSizes(stability),
    replacement: replacement === "with",
  };
}

/** Which settings say anything of a Jacobian, or of a network. */
export function isRelevant(key: keyof Settings, settings: Settings, isNetwork: boolean): boolean {
  if (key === "replacement") return settings.stability !== "";
  return isNetwork || !["loss", "samples", "seed", "hessian"].includes(key);
}

/** The number in a text that its field has checked. */
export function wholeNumber(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}

/** B, each once, ascending. Throws an InputError on what are no batch sizes. */
function batchSizes(text: string): readonly number[] {
  const parts = text.split(",").map((part) => part.trim());
  if (text.trim() === "") return [];
  const wrong = parts.find((part) => !isWhole(part, 1));
  if (wrong !== undefined) {
    throw new InputError(
      `Stability: expected batch sizes with commas between them, as in 1, 8, 64, got ${wrong || "nothing"}`,
    );
  }
  return [...new Set(parts.map(Number))].sort((a, b) => a - b);
}

function optional(name: string, least: number): (text: string) => void {
  return (text) => {
    if (text === "" || isWhole(text, least)) return;
    throw new InputError(`${name}: expected a whole number from ${least} on, or nothing, got ${text}`);
  };
}

function isWhole(text: string, least: number): boolean {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) && Number(text) >= least;
}
