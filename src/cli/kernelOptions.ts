import type { Command } from "commander";
import { positiveInteger } from "./arguments.ts";

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
