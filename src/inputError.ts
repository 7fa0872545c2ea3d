/**
 * The input, not the program, is wrong. Commands print the message as one line and exit with code 2.
 * The message names what was read, what was expected, what came, and what to do about it; it is one line, whatever the
 * names and values in it hold.
 */
export class InputError extends Error {
  override readonly name = "InputError";

  /** Runs of line breaks and other control characters in `message` become one � each. */
  constructor(message: string) {
    super(oneLine(message));
  }
}

/** Line breaks and other control characters, which could also move a terminal's cursor, replaced. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, "�");
}
