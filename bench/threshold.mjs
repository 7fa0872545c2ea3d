/**
 * The exact threshold η* from a Jacobian with n = 1000 and rank 500, against numpy: by Lanczos and by power iteration on r×r
 * matrices, from the same start and to the same residual as each. Thresholds have to agree before times count.
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
const rounds = 6;
/** What each of the peer's ways is called, and the residual over λ_max at which it ends. */
const ways = {
  lanczos: { name: "Lanczos", tolerance: 1e-11 },
  power: { name: "power iteration", tolerance: 1e-5 },
};

export async function run(threads = 1) {
  const peer = await startPeer("threshold.py", threads);
  const kernels = await openKernels({ threads });
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  try {
    const jacobian = powerLaw(size.rank, 0.5).sample(size.samples, createStream(1));
    writeFileSync(join(folder, "J.npy"), encodeNpy(jacobian.data, [size.samples, size.rank]));
    const once = async (tolerance) => {
      const problem = await reducedJacobian(jacobian, 1, kernels);
      const draw = { batchSize: size.batchSize, replacement: true };
      return stabilityThreshold(problem, draw, { kernels, tolerance });
    };
    for (const { tolerance } of Object.values(ways)) await once(tolerance);
    const ours = {};
    const theirs = {};
    const products = {};
    for (let round = 0; round < rounds; round++) {
      for (const [way, { tolerance }] of Object.entries(ways)) {
        let found;
        const time = await timeOf(async () => {
          found = await once(tolerance);
        });
        ours[way] = least(ours[way], time);
        products[way] = { ours: found.products };
        if (!peer) continue;
        const {
          threshold,
          products: applied,
          ...taken
        } = await peer.ask({ folder, way, tolerance, ...size });
        requireAgreement(found.value, threshold, way);
        theirs[way] = least(theirs[way], taken);
        products[way].theirs = applied;
      }
    }
    const rows = Object.entries(ways).map(([way, { name, tolerance }]) =>
      timeRow({
        id: `threshold-${way}`,
        work: `η*, n = ${size.samples}, rank ${size.rank}, B = ${size.batchSize}, to ${tolerance}: ${name}`,
        ours: ours[way],
        peer: theirs[way],
        // of the products alone: half of XM and half of Xᵀ(w ∘ X); nearly all are in float32
        flops: products[way].ours * 2 * size.samples * size.rank ** 2,
        precision: 32,
        threads,
        note: `${products[way].ours} products of ours${peer ? `, ${products[way].theirs} of numpy` : ""}`,
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
