#!/usr/bin/env node
import process from "node:process";
import { Command, CommanderError } from "commander";
import { InputError, oneLine } from "../inputError.ts";
import { version } from "../version.ts";
import { CommandEnd, exitCodes } from "./commandEnd.ts";
import { addCommands } from "./commands.ts";

const program = new Command("noisegeo")
  .description(
    "Noise geometry of SGD: how the noise of minibatches aligns with the local geometry of the loss.",
  )
  .version(version)
  .showHelpAfterError(false)
  .configureOutput({ outputError: () => {} })
  .exitOverride();

const interrupt = new AbortController();
process.on("SIGINT", () => {
  // the second one does not wait for the work at hand
  if (interrupt.signal.aborted) {
    process.stderr.write("noisegeo: interrupted at once; what was finished before is kept\n");
    process.exit(exitCodes.interrupted);
  }
  interrupt.abort();
});
// a reader that has seen enough (`| head`) is no failure
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await addCommands(program, interrupt.signal, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** The command that says what may be typed here. */
function helpCommand(): string {
  const [name] = process.argv.slice(2);
  const known = program.commands.some((command) => command.name() === name);
  return known ? `noisegeo ${name} --help` : "noisegeo --help";
}

/** Writes what a person needs to know, on one line where the input is at fault, and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.help") return exitCodes.wrongInput;
    process.stderr.write(
      `noisegeo: ${oneLine(error.message.replace(/^error: |\.$/g, "").replace("\n(", " ("))}; see ${helpCommand()}\n`,
    );
    return exitCodes.wrongInput;
  }
  if (error instanceof InputError) {
    process.stderr.write(`noisegeo: ${error.message}\n`);
    return exitCodes.wrongInput;
  }
  if (error instanceof CommandEnd) {
    process.stderr.write(`noisegeo: ${error.message}\n`);
    return error.exitCode;
  }
  if (interrupt.signal.aborted) {
    process.stderr.write("noisegeo: interrupted; what was finished is kept\n");
    return exitCodes.interrupted;
  }
  process.stderr.write(`noisegeo: failed: ${error instanceof Error ? error.stack : error}\n`);
  return exitCodes.failed;
}
