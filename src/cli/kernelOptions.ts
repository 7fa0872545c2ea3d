import { type Command, InvalidArgumentError } from "commander";

export interface KernelOptions {
  readonly threads?: number;
}

/** `fallback` says, for people, how many threads there are when none are asked for. */
export function addKernelOptions(
  command: Command,
  fallback = "all processors; 1 with wasm kernels",
): Command {
  return command.option(
    "--threads <count>",
    `threads of the kernels (default: ${fallback})`,
    positiveInteger,
  );
}

/** A commander parser; throws what commander reports as a wrong argument. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("expected a whole number of at least 1");
  }
  return value;
}
