/**
 * Simulating SGD near a minimum against numpy: 10,000 trajectories of d = 200 with n = 400 samples, B = 4, for 500 steps, in
 * rounds that alternate, on one thread. numpy runs twice: vectorised over all trajectories, and in blocks that fit into its cache.
 * Trajectories of equal batches have to agree before times count.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStream, encodeNpy, powerLaw, reducedJacobian, simulateSgd } from "noise-geometry";
import { openKernels } from "noise-geometry/linalg";
import { startPeer } from "./python.mjs";
import { timeRow } from "./table.mjs";
import { least, timeOf } from "./timing.mjs";

const rounds = 2;
const size = { trajectories: 10_000, dimension: 200, samples: 400, batchSize: 4, steps: 500 };
const checked = { trajectories: 20, steps: 30 };
const ways = {
  vectorised: "numpy, all trajectories at once",
  blocks: "numpy, in blocks of 100 trajectories",
};

export async function run(threads = 1) {
  const peer = await startPeer("escape.py", threads);
  try {
    const rows = await simulate(peer, threads);
    return { title: `Escape, simulated, ${threads} thread(s), against ${peer?.name ?? "nothing"}`, rows };
  } finally {
    peer?.end();
  }
}

async function simulate(peer, threads) {
  const kernels = await openKernels({ threads });
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  const stream = createStream(1);
  try {
    const inputs = powerLaw(size.dimension, 0.5).sample(size.samples, stream.split("inputs"));
    const problem = await reducedJacobian(inputs, 1, kernels);
    const step = {
      learningRate: 1.2 / Math.hypot(...problem.eigenvalues),
      batchSize: size.batchSize,
      replacement: true,
    };
    const request = { folder, ...size, learningRate: step.learningRate };
    if (peer) {
      save(folder, "rows", problem.rows.data, [size.samples, problem.rank]);
      for (const way of Object.keys(ways)) {
        await requireAgreement(peer, { ...request, way }, problem, step, stream);
      }
    }
    const once = () =>
      simulateSgd(problem, step, {
        count: size.trajectories,
        times: [0, 100, 200, 300, 400, size.steps],
        sharpest: [1, 5, 10],
        stream,
        threads,
      });
    const best = {};
    for (let round = 0; round < rounds; round++) {
      best.ours = least(best.ours, await timeOf(once));
      for (const way of peer ? Object.keys(ways) : []) {
        best[way] = least(best[way], await peer.ask({ ...request, way }));
      }
    }
    const work = "10,000 trajectories, d = 200, n = 400, B = 4, 500 steps";
    const row = { ours: best.ours, unit: "s", threads };
    if (!peer) return [timeRow({ ...row, work })];
    return Object.entries(ways).map(([way, name]) =>
      timeRow({ ...row, id: `escape-${way}`, work: `${work}: ${name}`, peer: best[way] }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await kernels.close();
  }
}

/** numpy on our starts and batches has to arrive where we do. */
async function requireAgreement(peer, request, problem, step, stream) {
  const { trajectories: count, steps } = checked;
  const { rank } = problem;
  const members = Array.from({ length: count }, (_, t) => stream.split("trajectory", t));
  const starts = members.flatMap((member) => [...member.split("start").gaussians(new Float64Array(rank))]);
  const batches = members.flatMap((member) => {
    const draws = member.split("batches");
    return Array.from({ length: steps * step.batchSize }, () => draws.integer(problem.samples));
  });
  save(request.folder, "starts", Float64Array.from(starts), [count, rank]);
  save(request.folder, "batches", Float64Array.from(batches), [count, steps, step.batchSize]);
  const { records, recordLength } = await simulateSgd(problem, step, {
    count,
    times: [steps],
    sharpest: [1],
    kept: Array.from({ length: rank }, (_, k) => k),
    stream,
  });
  const ends = Array.from({ length: count }, (_, t) => {
    const record = records[0].subarray(t * recordLength, (t + 1) * recordLength);
    return Array.from(record.subarray(recordLength - rank), (value) => value * 2 ** record[0]);
  });
  save(request.folder, "expected", Float64Array.from(ends.flat()), [count, rank]);
  const { difference } = await peer.ask({ ...request, check: true });
  if (!(difference < 1e-10))
    throw new Error(`${request.way}: trajectories differ from ours by ${difference}`);
}

function save(folder, name, data, shape) {
  writeFileSync(join(folder, `${name}.npy`), encodeNpy(data, shape));
}
