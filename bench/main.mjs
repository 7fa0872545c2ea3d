/**
 * `npm run bench`: every comparison with one table each, then the goals and how far they are reached; numbers as JSON under
 * bench/results. `npm run bench -- kernels networks` runs parts by name.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { environment, measurePeaks } from "./environment.mjs";
import { parts, partsNamed } from "./parts.mjs";
import { printSummary, summarise } from "./summary.mjs";
import { printTable } from "./table.mjs";

const results = new URL("./results/", import.meta.url);
const names = partsNamed(process.argv.slice(2));
const circumstances = environment();
if (circumstances.loadAtStart[0] > 1) {
  console.error(`load average ${circumstances.loadAtStart[0]}: times will be off, CPU times less so`);
}
mkdirSync(results, { recursive: true });
console.error("the machine's peak");
const peaks = await measurePeaks();

const tables = [];
for (const name of names) {
  console.error(`${name} (load average ${os.loadavg()[0].toFixed(1)})`);
  const start = performance.now();
  try {
    const { run } = await parts[name]();
    const table = await run();
    tables.push(table);
    printTable(table, peaks);
    save(name.replace("/", "-"), table);
  } catch (error) {
    console.error(`${name}: ${error.stack}`);
    process.exitCode = 1;
  }
  console.error(`${name}: ${Math.round((performance.now() - start) / 1000)} s`);
}
const summary = summarise(tables, names);
printSummary(summary, peaks);
console.log(`\nPeak: products of 1500×1500 matrices by the native library in this run, ${inWords(peaks)}.`);
if (names.length === Object.keys(parts).length) save("summary", { goals: summary });

function save(name, content) {
  const document = { ...circumstances, loadAtEnd: os.loadavg(), peakGigaflops: peaks, ...content };
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify(document, null, 2)}\n`);
}

function inWords(peaks) {
  return Object.entries(peaks)
    .map(([threads, { 32: single, 64: double }]) => {
      return `${Math.round(single)} GFLOP/s in float32 and ${Math.round(double)} in float64 on ${threads} thread(s)`;
    })
    .join(", ");
}
