/**
 * The sweep over Gaussian inputs of `linear-alignment` at paper scale against numpy, one trial: n from 2 to 65,536 in d = 512, each
 * drawn, at four θ of which two are trained. numpy on our draws has to find our numbers before times count.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chosenExperiments, createStream, encodeNpy, measureTrial, powerLaw } from "noise-geometry";
import { openKernels } from "noise-geometry/linalg";
import { startPeer } from "./python.mjs";
import { timeRow } from "./table.mjs";
import { least, timeOf } from "./timing.mjs";

const rounds = 2;
const trial = { spectrum: "power law 1/k", seed: 0 };
const design = powerLaw(512, 1);
const samples = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384, 65536];
/** One below d and one above. */
const checked = [64, 1024];
const learningRate = 0.5 / design.eigenvalues.reduce((sum, value) => sum + value, 0);

export async function run(threads = 1) {
  const peer = await startPeer("gaussian.py", threads);
  const kernels = await openKernels({ threads });
  const [experiment] = chosenExperiments(["linear-alignment"]);
  let rows;
  const once = async () => {
    rows = await measureTrial(experiment, trial, { kernels, scale: "paper", seed: 1 });
  };
  const request = { eigenvalues: [...design.eigenvalues], samples, learningRate };
  try {
    const best = { ours: await timeOf(once) };
    if (peer) for (const n of checked) await requireAgreement(peer, rows, n);
    for (let round = 0; round < rounds; round++) {
      if (round > 0) best.ours = least(best.ours, await timeOf(once));
      if (peer) best.peer = least(best.peer, await peer.ask(request));
    }
    const work = `linear-alignment at paper scale, one trial (d = 512, n to 65,536)`;
    return {
      title: `Gaussian inputs, ${threads} thread(s), against ${peer?.name ?? "nothing"}`,
      rows: [timeRow({ id: "gaussian", work, ...best, unit: "s", threads })],
    };
  } finally {
    peer?.end();
    await kernels.close();
  }
}

/** Gives numpy what the trial drew at this n (the streams of src/experiments/linearAlignment/measure.ts). */
async function requireAgreement(peer, rows, n) {
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  const save = (name, data, shape = [data.length]) =>
    writeFileSync(join(folder, `${name}.npy`), encodeNpy(Float64Array.from(data), shape));
  try {
    const d = design.dimension;
    const draws = createStream(1)
      .split("linear-alignment", "paper", `spectrum=${trial.spectrum},seed=${trial.seed}`)
      .split("n", n);
    const X = design.sample(n, draws.split("inputs")).data;
    const teacher = draws.split("teacher").gaussians(new Float64Array(d), d ** -0.5);
    save("X", X, [n, d]);
    for (const [k, { noise, spread }] of [
      { noise: 0, spread: 1 },
      { noise: 0, spread: 10 },
      { noise: 0, spread: 1 },
      { noise: 0.5, spread: 1 },
    ].entries()) {
      const own = draws.split("situation", k);
      const labels = own.split("labels").gaussians(new Float64Array(n), noise);
      const y = labels.map((label, i) => label + teacher.reduce((sum, t, j) => sum + t * X[i * d + j], 0));
      save(`y${k}`, y);
      save(
        `theta${k}`,
        own
          .split("initial")
          .gaussians(new Float64Array(d), d ** -0.5)
          .map((value) => spread * value),
      );
      save(`batches${k}`, batches(own.split("batches"), n), [30, 10, 8]);
    }
    const expected = rows
      .filter((row) => row.samples === n)
      .flatMap(({ covariance, secondMoment, worst, best }) => [covariance, secondMoment, worst, best]);
    save("expected", expected, [4, 4]);
    const { difference } = await peer.ask({ check: true, folder, learningRate });
    if (!(difference < 1e-8)) throw new Error(`n = ${n}: numpy's numbers differ from ours by ${difference}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Samples of 30 groups of 10 batches of 8. */
function batches(stream, n) {
  return Array.from({ length: 30 }, (_, group) => {
    const own = stream.split("steps", 10 * group);
    return Array.from({ length: 80 }, () => own.integer(n));
  }).flat();
}
