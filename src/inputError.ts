/**
 * The input, not the program, is wrong. Commands print the message as one line and exit with code 2.
 * The message names what was read, what was expected, what came, and what to do about it.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}
