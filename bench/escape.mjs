/**
 * Simulating SGD near a minimum against numpy: 10,000 trajectories of d = 200 with n = 400 samples, B = 4, for 500 steps, in
 * rounds that alternate, with one thread and with two on both sides. numpy runs twice: vectorised over all trajectories, and in blocks that
 * fit into its cache. Trajectories of equal batches have to agree before times count. Needs a build. By itself it prints a
 * table: `node bench/escape.mjs`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createStream, encodeNpy, powerLaw, reducedJacobian, simulateSgd } from "noise-geometry";
import { openKernels } from "noise-geometry/linalg";
import { findPython, startPeer } from "./python.mjs";
import { printTable } from "./table.mjs";
import { median } from "./timing.mjs";

const rounds = 2;
const size = { trajectories: 10_000, dimension: 200, samples: 400, batchSize: 4, steps: 500 };
const checked = { trajectories: 20, steps: 30 };
const ways = {
  vectorised: "numpy, all trajectories at once",
  blocks: "numpy, in blocks of 100 trajectories",
};

/** One table: median seconds of the simulation, and numpy's over ours. */
export async function run(threadCounts = [1, 2]) {
  const python = findPython();
  const rows = [];
  let name = "nothing";
  for (const threads of threadCounts) {
    const peer = python && (await startPeer(python, "escape.py", threads));
    name = peer?.name ?? name;
    rows.push(...(await simulate(peer, threads)));
    peer?.end();
  }
  return { title: `Escape, simulated, against ${name}`, rows };
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
    const times = { ours: [] };
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await once();
      times.ours.push((performance.now() - start) / 1000);
      for (const way of peer ? Object.keys(ways) : []) {
        times[way] = [...(times[way] ?? []), (await peer.ask({ ...request, way })).seconds];
      }
    }
    const ours = median(times.ours);
    const work = `10,000 trajectories, d = 200, n = 400, B = 4, 500 steps, ${threads} thread(s)`;
    if (!peer) return [{ work, ours, unit: "s" }];
    return Object.entries(ways).map(([way, note]) => {
      const other = median(times[way]);
      return { work, ours, peer: other, ratio: other / ours, unit: "s", note };
    });
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

if (process.argv[1] === fileURLToPath(import.meta.url)) printTable(await run());
