import { InputError } from "../../../src/inputError.ts";

/** What a view can be set to: one description that the address is read by, and that controls are made from. */
interface Field<T> {
  readonly label: string;
  readonly initial: T;
  /** Throws an InputError that names what is allowed. */
  parse(text: string): T;
  print(value: T): string;
}

export interface NumberField extends Field<number> {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  /** Whole numbers, or the decimals or (on a log scale) significant digits of any. */
  readonly whole: boolean;
  readonly scale: "linear" | "log";
}

export interface ChoiceField<T extends string> extends Field<T> {
  readonly kind: "choice";
  /** Words for people by what stands in the address. */
  readonly options: Readonly<Record<T, string>>;
}

export interface TextField extends Field<string> {
  readonly kind: "text";
}

// biome-ignore lint/suspicious/noExplicitAny: stands for fields of every type
export type AnyFields = Readonly<Record<string, Field<any>>>;
export type ValuesOf<F extends AnyFields> = { readonly [K in keyof F]: F[K]["initial"] };

export function numberField(options: {
  readonly label: string;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  /** Default false. */
  readonly whole?: boolean;
  /** Default linear. */
  readonly scale?: "linear" | "log";
}): NumberField {
  const { label, min, max, whole = false, scale = "linear" } = options;
  return {
    ...options,
    kind: "number",
    whole,
    scale,
    parse(text) {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
      const kind = whole ? "a whole number" : "a number";
      throw new InputError(`${label}: expected ${kind} from ${min} to ${max}, got ${shown(text)}`);
    },
    print: String,
  };
}

export function choiceField<const O extends Readonly<Record<string, string>>>(options: {
  readonly label: string;
  readonly initial: keyof O & string;
  readonly options: O;
}): ChoiceField<keyof O & string> {
  const names = Object.keys(options.options);
  return {
    ...options,
    kind: "choice",
    parse(text) {
      if (names.includes(text)) return text as keyof O & string;
      throw new InputError(`${options.label}: expected one of ${names.join(", ")}, got ${shown(text)}`);
    },
    print: (value) => value,
  };
}

/** Any text that `check` lets pass: it throws an InputError otherwise. */
export function textField(options: {
  readonly label: string;
  readonly initial: string;
  readonly check?: (text: string) => void;
}): TextField {
  return {
    ...options,
    kind: "text",
    parse(text) {
      options.check?.(text);
      return text;
    },
    print: (value) => value,
  };
}

/** Every field at its initial value. */
function initialValues<F extends AnyFields>(fields: F): ValuesOf<F> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, field.initial]),
  ) as ValuesOf<F>;
}

/** What the parameters say, initial values elsewhere; a value that is not allowed is left at its initial one and named. */
export function readValues<F extends AnyFields>(
  fields: F,
  parameters: URLSearchParams,
): { readonly values: ValuesOf<F>; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const values: Record<string, unknown> = { ...initialValues(fields) };
  for (const [key, text] of parameters) {
    if (!Object.hasOwn(fields, key)) {
      problems.push(`unknown setting ${key} (known: ${Object.keys(fields).join(", ")})`);
      continue;
    }
    try {
      values[key] = fields[key].parse(text);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  }
  return { values: values as ValuesOf<F>, problems };
}

/** Parameters for what is not as at the beginning. */
export function writeValues<F extends AnyFields>(fields: F, values: ValuesOf<F>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [key, field] of Object.entries(fields)) {
    if (values[key] !== field.initial) parameters.set(key, field.print(values[key] as never));
  }
  return parameters;
}

function shown(text: string): string {
  return text === "" ? "nothing" : text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
