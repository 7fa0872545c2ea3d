// `node scripts/measureTrialSeconds.mjs quick|paper [experiment...]`, after a build: measures one trial of each kind that
// src/cli/trialSeconds.json lacks and writes what it took there; `noisegeo reproduce` says from it how long it will take.
// Entries of kinds that are no more go; delete entries to measure them anew. Times are processor times of one thread, so that
// other work on the machine does not count. They are those of the machine that the file names: what another one measures is
// scaled by what the calibration takes on each; where the file has no entries yet, it is the machine's own.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";
import { runnerImport } from "vite";
import { openDataset } from "../dist/data/index.js";
import { chosenExperiments, measureTrial } from "../dist/experiments/index.js";
import { openKernels } from "../dist/linalg/index.js";

const fromSource = async (path) => (await runnerImport(path, { logLevel: "warn" })).module;
const { calibrationSeconds } = await fromSource("./src/cli/calibration.ts");
const { kindOf } = await fromSource("./src/cli/trialCosts.ts");

/** Of short trials the median of so many counts, unless they take longer together: the first is slower than the others. */
const repeats = { trials: 5, seconds: 5 };

const [scale, ...ids] = process.argv.slice(2);
const place = new URL("../src/cli/trialSeconds.json", import.meta.url);
const table = JSON.parse(readFileSync(place, "utf8"));
const kernels = await openKernels({ threads: 1 });
const openImages = (config) => openDataset(config, { precision: "float64" });

const calibration = calibrationSeconds(kernels, processorSeconds);
if (Object.keys({ ...table.quick, ...table.paper }).length === 0) {
  table.machine = `${cpus()[0].model.trim()}, one thread; ${kernels.description}; Node ${process.version}`;
  table.calibration = rounded(calibration);
}
const slower = calibration / table.calibration;
for (const experiment of chosenExperiments(ids)) {
  const measured = table[scale][experiment.id] ?? {};
  const kinds = [...new Set(experiment.trials(scale).map(kindOf))];
  for (const kind of kinds) {
    measured[kind] ??= await secondsOf(experiment, kind);
    const known = kinds.filter((one) => measured[one] !== undefined);
    table[scale][experiment.id] = Object.fromEntries(known.map((one) => [one, measured[one]]));
    writeFileSync(place, `${JSON.stringify(table, null, 2)}\n`);
  }
}
await kernels.close();

/** Of one trial; undefined where data for it are not on this machine. */
async function secondsOf(experiment, kind) {
  const trials = experiment.trials(scale).filter((trial) => kindOf(trial) === kind);
  const all = [];
  let spent = 0;
  for (const trial of trials.slice(0, repeats.trials)) {
    const start = processorSeconds();
    const rows = await measureTrial(experiment, trial, { kernels, scale, seed: 1, openImages });
    const seconds = processorSeconds() - start;
    const missing = rows.find((row) => row.kind === "left out");
    if (missing) {
      process.stderr.write(`${experiment.id}, ${kind}: not measured: ${missing.reason}\n`);
      return undefined;
    }
    all.push(seconds);
    spent += seconds;
    if (spent > repeats.seconds) break;
  }
  const median = rounded(all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] / slower);
  process.stderr.write(`${experiment.id}, ${kind}: ${median} s\n`);
  return median;
}

function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function rounded(seconds) {
  return Number(seconds.toPrecision(3));
}
