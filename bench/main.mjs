// `npm run bench`: every comparison, one table each, and the numbers as JSON under bench/results.
import { mkdirSync, writeFileSync } from "node:fs";
import { printTable } from "./table.mjs";

const results = new URL("./results/", import.meta.url);
mkdirSync(results, { recursive: true });
for (const name of ["kernels", "measure", "networks", "escape"]) {
  const { run } = await import(`./${name}.mjs`);
  const table = await run();
  printTable(table);
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify(table, null, 2)}\n`);
}
