/**
 * The exact threshold η* from a Jacobian with n = 1000 and rank 500, against numpy: the same formulas, tolerance and start, by
 * Lanczos and by power iteration. Thresholds have to agree before times count.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStream, encodeNpy, powerLaw, reducedJacobian, stabilityThreshold } from "noise-geometry";
import { openKernels } from "noise-geometry/linalg";
import { startPeer } from "./python.mjs";
import { timeRow } from "./table.mjs";
import { least, timeOf } from "./timing.mjs";

const size = { samples: 1000, rank: 500, batchSize: 4 };
const rounds = 3;
const tolerance = 1e-11;

export async function run(threads = 1) {
  const peer = await startPeer("threshold.py", threads);
  const kernels = await openKernels({ threads });
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  try {
    const jacobian = powerLaw(size.rank, 0.5).sample(size.samples, createStream(1));
    writeFileSync(join(folder, "J.npy"), encodeNpy(jacobian.data, [size.samples, size.rank]));
    let found;
    const once = async () => {
      const problem = await reducedJacobian(jacobian, 1, kernels);
      const draw = { batchSize: size.batchSize, replacement: true };
      found = await stabilityThreshold(problem, draw, { kernels, tolerance });
    };
    await once();
    const ways = peer ? { lanczos: "Lanczos", power: "power iteration" } : { none: "" };
    const best = {};
    const products = {};
    for (let round = 0; round < rounds; round++) {
      best.ours = least(best.ours, await timeOf(once));
      for (const way of peer ? Object.keys(ways) : []) {
        const { threshold, products: applied, ...time } = await peer.ask({ folder, way, tolerance, ...size });
        requireAgreement(found.value, threshold, way);
        best[way] = least(best[way], time);
        products[way] = applied;
      }
    }
    const rows = Object.entries(ways).map(([way, name]) =>
      timeRow({
        id: `threshold-${way}`,
        work: `η*, n = ${size.samples}, rank ${size.rank}, B = ${size.batchSize}${name && `: ${name}`}`,
        ours: best.ours,
        peer: best[way],
        // of the products alone: XM and Xᵀ(w ∘ X)
        flops: found.products * 4 * size.samples * size.rank ** 2,
        precision: 64,
        threads,
        note: `${found.products} products of ours${peer ? `, ${products[way]} of numpy` : ""}`,
      }),
    );
    return { title: `Stability, ${threads} thread(s), against ${peer?.name ?? "nothing"}`, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    peer?.end();
    await kernels.close();
  }
}

function requireAgreement(ours, peer, way) {
  const difference = Math.abs(peer / ours - 1);
  if (!(difference < 1e-8)) throw new Error(`${way}: η* differs from ours by ${difference}`);
}
