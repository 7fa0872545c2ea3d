import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeNpz } from "noise-geometry/data";
import { timedProcess } from "../processes.mjs";
import { findPython } from "../python.mjs";
import { timeRow } from "../table.mjs";
import { typical } from "../timing.mjs";
import { threadsOf } from "../worker.mjs";
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
  const { folder, threads } = bench;
  const python = findPython("functorch");
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
  timedProcess(python, [script, "--save", join(folder, "theta.npy"), weights], env);

  const command = `measure --model ${model} --weights ${weights} --data ${data} --precision f32 --top ${samples} --json -`;
  const words = [main, ...command.split(" "), "--threads", String(threads)];
  const file = join(folder, "peak");
  const own = timedProcess(process.execPath, ["--import", reportPeak, ...words], {
    ...env,
    PEAK_MEMORY_FILE: file,
  });
  const other = timedProcess(python, [script, weights, data], env);
  const document = JSON.parse(other.output);
  requireAgreement(JSON.parse(own.output), document);

  const [ours, peer] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(timedProcess(process.execPath, words, env));
    peer.push(timedProcess(python, [script, weights, data], env));
  }
  const mebibytes = (kibibytes) => `${Math.round(kibibytes / 1024)} MiB`;
  return [
    timeRow({
      id: "measure-mlp",
      work: `noisegeo measure of the MLP 784-256-256-1, n = ${samples}, whole process`,
      ours: typical(ours),
      peer: typical(peer),
      note: `peak memory ${mebibytes(Number(readFileSync(file)))}, peer ${mebibytes(document.peak)}`,
    }),
  ];
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
