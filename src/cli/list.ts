import process from "node:process";
import type { Command } from "commander";
import { experiments } from "../experiments/registry.ts";

export function addListCommand(program: Command): void {
  program
    .command("list")
    .description("print the experiments with the claim each one tests")
    .action(() => {
      for (const { id, claim } of experiments) process.stdout.write(`${id}\n    ${claim}\n`);
    });
}
