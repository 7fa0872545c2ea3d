import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeNpz } from "noise-geometry/data";
import { threadsOf } from "../python.mjs";
import { median } from "../timing.mjs";
import { share } from "./compare.mjs";
import { architecture, randomModel } from "./models.mjs";

const rounds = 3;
const samples = 1000;
const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const script = fileURLToPath(new URL("../peers/networks/measure.py", import.meta.url));
/** Loaded before the command: leaves the most memory that the process had resident, in KiB, in a file. */
const reportPeak = `data:text/javascript,${encodeURIComponent(
  `import { writeFileSync } from "node:fs";
  process.on("exit", () => writeFileSync(process.env.PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS)));`,
)}`;

/** `noisegeo measure` of a network from PyTorch as a whole process, against the same numbers by per-sample gradients. */
export async function measureRows(bench) {
  const { folder, python, threads } = bench;
  if (!python) {
    console.error("noisegeo measure of a network left out: PyTorch has to write its weights");
    return [];
  }
  const graph = architecture({ name: "fnn", hidden: [256, 256], activation: "tanh" }, [784], 1);
  const { inputs, targets, theta } = randomModel(bench, graph, samples);
  const [model, data, weights] = ["model.yaml", "data.npz", "weights.pt"].map((name) => join(folder, name));
  writeFileSync(model, "{ name: fnn, hidden: [256, 256], activation: tanh }\n");
  writeFileSync(
    data,
    await encodeNpz({
      x: { data: inputs, shape: [samples, 784] },
      y: { data: Float32Array.from(targets), shape: [samples] },
    }),
  );
  share(bench, "theta", theta);
  const env = { ...process.env, ...threadsOf(threads) };
  run(python, [script, "--save", join(folder, "theta.npy"), weights], env);

  const ours = `measure --model ${model} --weights ${weights} --data ${data} --precision f32 --top ${samples} --json -`;
  const words = [main, ...ours.split(" "), "--threads", String(threads)];
  const file = join(folder, "peak");
  const own = run(process.execPath, ["--import", reportPeak, ...words], { ...env, PEAK_MEMORY_FILE: file });
  const other = run(python, [script, weights, data], env);
  requireAgreement(own.document, other.document);

  const times = { ours: [], peer: [] };
  for (let round = 0; round < rounds; round++) {
    times.ours.push(run(process.execPath, words, env).seconds);
    times.peer.push(run(python, [script, weights, data], env).seconds);
  }
  const mebibytes = (kibibytes) => `${Math.round(kibibytes / 1024)} MiB`;
  return [
    {
      work: `noisegeo measure of the MLP 784-256-256-1, n = ${samples}, whole process`,
      ours: 1000 * median(times.ours),
      peer: 1000 * median(times.peer),
      ratio: median(times.peer) / median(times.ours),
      unit: "ms",
      note: `peak memory ${mebibytes(Number(readFileSync(file)))}, peer ${mebibytes(other.document.peak)}`,
    },
  ];
}

function run(command, words, env) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, words, { env, maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${stderr}`);
  return { seconds, document: stdout.length > 0 ? JSON.parse(stdout) : undefined };
}

/** Of the numbers that both wrote, each within single precision of the sums that it is made of. */
function requireAgreement(ours, peer) {
  const pairs = {
    loss: [[ours.loss], [peer.loss]],
    μ: [[ours.lossAlignment.covariance], [peer.lossAlignment.covariance]],
    "its interval": [ours.lossAlignment.interval, peer.lossAlignment.interval],
    "the trace of Σ": [[ours.noise.trace], [peer.noise.trace]],
    "the trace of G": [[ours.gaussNewton.trace], [peer.gaussNewton.trace]],
    "the spectrum of G": [ours.gaussNewton.eigenvalues, peer.gaussNewton.eigenvalues],
    "g along it": [ours.directional.covariance.slice(0, 10), peer.directional.covariance.slice(0, 10)],
  };
  for (const [name, [a, b]] of Object.entries(pairs)) {
    const largest = Math.max(...b.map(Math.abs));
    const difference = Math.max(...a.map((value, k) => Math.abs(value - b[k]))) / largest;
    if (!(difference < 1e-3)) throw new Error(`noisegeo and PyTorch disagree on ${name} by ${difference}`);
  }
}
