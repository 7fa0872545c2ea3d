/** How long the command takes to start: medians of whole processes, beside Node itself and Python with numpy. */
import { fileURLToPath } from "node:url";
import { measureRow } from "./measure.mjs";
import { timedProcess } from "./processes.mjs";
import { findPython } from "./python.mjs";
import { timeRow } from "./table.mjs";
import { typical } from "./timing.mjs";

const rounds = 15;
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

export async function run() {
  const python = findPython();
  const commands = {
    "node -e 0": [process.execPath, ["-e", "0"]],
    "noisegeo --help": [process.execPath, [main, "--help"]],
    ...(python && { "python -c 'import numpy'": [python, ["-c", "import numpy"]] }),
  };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, [command, words]] of Object.entries(commands)) {
      const time = timedProcess(command, words);
      if (round > 0) times[name].push(time);
    }
  }
  const rows = Object.entries(times).map(([work, own]) =>
    timeRow({ id: `start ${work}`, work, ours: typical(own) }),
  );
  const measure = measureRow({ n: 10, outputs: 1, p: 10, id: "start measure" }, python, rounds);
  return { title: "Start-up, whole processes", rows: [...rows, measure] };
}
