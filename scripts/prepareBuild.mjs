// Empties dist, where chunks of earlier builds would pile up, and writes dist/cli/LICENSES.txt: the licences of the
// packages that the command's bundle contains (tsdown.config.ts).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const dist = new URL("../dist/", import.meta.url);
rmSync(dist, { recursive: true, force: true });
mkdirSync(new URL("cli/", dist), { recursive: true });

const bundled = ["commander", "picocolors", "yaml", "zod"];
const texts = bundled.map((name) => {
  const text = readFileSync(new URL(`../node_modules/${name}/LICENSE`, import.meta.url), "utf8");
  return `${name}\n\n${text.trim()}\n`;
});
writeFileSync(new URL("cli/LICENSES.txt", dist), texts.join(`\n${"-".repeat(80)}\n\n`));
