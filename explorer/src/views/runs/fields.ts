import { InputError } from "../../../../src/inputError.ts";
import { choiceField, textField, type ValuesOf } from "../../state/fields.ts";

/** As many as there are colours to tell them apart. */
export const mostRuns = 8;

/** Everything that the view Runs can be set to. */
export const fields = {
  open: textField({
    label: "Opened",
    initial: "",
    check(text) {
      const ids = listOf(text);
      if (ids.every((id) => /^[0-9a-f]{16}$/.test(id)) && ids.length <= mostRuns + 1) return;
      throw new InputError(
        `Opened: expected at most ${mostRuns + 1} names of 16 digits and letters a to f, with commas, got ${text.slice(0, 40)}`,
      );
    },
  }),
  show: textField({ label: "Quantities", initial: "" }),
  steps: choiceField({
    label: "Axis of the steps",
    initial: "linear",
    options: { linear: "Linear", log: "Logarithmic" },
  }),
  scale: choiceField({
    label: "Axis of the quantities",
    initial: "each",
    options: { each: "As fits each", linear: "Linear", log: "Logarithmic" },
  }),
  x: textField({ label: "Against", initial: "" }),
  y: textField({ label: "Result", initial: "" }),
  by: textField({ label: "A curve for each", initial: "" }),
  claim: textField({ label: "Claim", initial: "" }),
};

export type Settings = ValuesOf<typeof fields>;

/** What stands between commas. */
export function listOf(text: string): readonly string[] {
  return [...new Set(text.split(",").filter((part) => part !== ""))];
}

/** The list with an item put in where it is not, or taken out where it is. */
export function toggled(list: readonly string[], item: string): string {
  return (list.includes(item) ? list.filter((other) => other !== item) : [...list, item]).join(",");
}
