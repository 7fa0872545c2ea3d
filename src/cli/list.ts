import process from "node:process";
import type { Command } from "commander";
import { experiments } from "../experiments/registry.ts";

export function setUpList(command: Command): void {
  command.action(() => {
    for (const { id, claim } of experiments) process.stdout.write(`${id}\n    ${claim}\n`);
  });
}
