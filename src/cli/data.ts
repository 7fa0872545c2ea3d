import process from "node:process";
import type { Command } from "commander";
import { type ImageSetName, imageSetNames } from "../data/dataset/config.ts";
import { locateImageSet } from "../data/dataset/imageSets.ts";
import { InputError } from "../inputError.ts";

export function setUpData(command: Command): void {
  command.action(async () => {
    for (const name of imageSetNames) {
      for (const line of [name, ...(await facts(name)).map((fact) => `    ${fact}`)]) {
        process.stdout.write(`${line}\n`);
      }
    }
    process.stdout.write("npz\n    any file with arrays x (n, …) and y (n) or (n, C)\n");
  });
}

/** Opening checks lengths, labels and what is compressed: what is listed as here can be used. */
async function facts(name: ImageSetName): Promise<string[]> {
  try {
    const { folder, open } = await locateImageSet(name);
    const [training, test] = [await open("train", Infinity), await open("test", Infinity)];
    for (const split of [training, test]) await split.close();
    const shape = training.inputShape.join("×");
    return [
      `${training.count} training and ${test.count} test images of ${shape}, ${training.labels?.classes} classes`,
      folder,
    ];
  } catch (error) {
    if (error instanceof InputError) return [error.message.replace(`${name}: `, "")];
    throw error;
  }
}
