/**
 * Two threads against one, of the same work on the same machine, in rounds that alternate: K and training steps by the kernels'
 * threads, a sweep of equal jobs by workers. `ours` is two, `peer` one.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeNpz } from "noise-geometry/data";
import { openKernels, openVectorMath } from "noise-geometry/linalg";
import { createStream } from "noise-geometry/random";
import { architecture, randomModel } from "./networks/models.mjs";
import { timedProcess } from "./processes.mjs";
import { timeRow } from "./table.mjs";
import { bestTime, least, median } from "./timing.mjs";

const rounds = 8;
const budget = 0.3;
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

export async function run() {
  const mlp = architecture({ name: "fnn", hidden: [256, 256], activation: "tanh" }, [784], 1);
  const lenet = architecture({ name: "lenet" }, [1, 28, 28], 10);
  return {
    title: "Two threads against one",
    rows: [
      await row("threads-gram", "K of the MLP 784-256-256-1, n = 1000", (context) =>
        gram(context, mlp, 1000),
      ),
      await row("threads-training", "step of the MLP 784-256-256-1, tanh, batch 128", (context) =>
        step(context, mlp, 128),
      ),
      await row("threads-training-lenet", "step of LeNet on 1×28×28, batch 64", (context) =>
        step(context, lenet, 64),
      ),
      await sweepRow(),
    ],
  };
}

/** `prepare` gives what is timed, for kernels on so many threads. */
async function row(id, work, prepare) {
  const math = await openVectorMath();
  const sides = [];
  for (const threads of [2, 1]) {
    const kernels = await openKernels({ threads });
    sides.push({ kernels, once: prepare({ kernels, math }), best: undefined });
  }
  try {
    for (let round = 0; round < rounds; round++) {
      for (const side of sides) side.best = least(side.best, await bestTime(side.once, budget));
    }
  } finally {
    for (const { kernels } of sides) await kernels.close();
  }
  const [two, one] = sides;
  return timeRow({ id, work, ours: two.best, peer: one.best, threads: 2, note: two.kernels.name });
}

function gram(context, graph, samples) {
  const { model, theta } = randomModel(context, graph, samples);
  return () => model.linearize(theta).gram();
}

function step(context, graph, count) {
  const samples = 1024;
  const { model, theta } = randomModel(context, graph, samples);
  const batches = Array.from({ length: samples / count }, (_, k) =>
    Int32Array.from({ length: count }, (_, i) => ((k * count + i) * 389) % samples),
  );
  const trainer = model.trainer(theta, count);
  let steps = 0;
  return () => trainer.descend(batches[steps++ % batches.length], 1e-3);
}

/** Whole processes; jobs of some seconds each, whose arithmetic leaves nothing to a BLAS's threads. */
async function sweepRow() {
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  try {
    const stream = createStream(1);
    const x = { data: Float32Array.from(stream.gaussians(new Float64Array(1000 * 20))), shape: [1000, 20] };
    const y = { data: Int32Array.from({ length: 1000 }, () => stream.integer(2)), shape: [1000] };
    writeFileSync(join(folder, "data.npz"), await encodeNpz({ x, y }));
    writeFileSync(join(folder, "sweep.yaml"), sweep.replace("DATA", join(folder, "data.npz")));
    const times = { 1: [], 2: [] };
    for (let round = 0; round < 2; round++) {
      for (const workers of [2, 1]) {
        const out = join(folder, `${workers}-${round}`);
        const words = [main, "sweep", join(folder, "sweep.yaml"), "--workers", String(workers), "--out", out];
        times[workers].push(timedProcess(process.execPath, words));
      }
    }
    const middle = (all) => ({
      seconds: median(all.map(({ seconds }) => seconds)),
      cpu: median(all.map(({ cpu }) => cpu ?? 0)),
    });
    const [ours, peer] = [middle(times[2]), middle(times[1])];
    const work = "sweep of 8 equal jobs, --workers 2 against 1";
    return timeRow({ id: "threads-sweep", work, ours, peer, unit: "s", threads: 2 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sweep = `
command: train
config:
  data: { name: npz, file: DATA }
  model: { name: fnn, hidden: [64, 64], activation: tanh }
  loss: mse
  optimiser: { batchSize: 16 }
  schedule: { name: constant, learningRate: 0.01 }
  steps: 50000
design: { grid: { seed: [1, 2, 3, 4, 5, 6, 7, 8] } }
`;
