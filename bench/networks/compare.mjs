import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "noise-geometry/data";
import { bestSeconds } from "../timing.mjs";

/**
 * Rows of one piece of work, one for each way that the peer does it. Ours is `once`; `result` gives what the last call
 * computed, which the peer's has to equal within `tolerance` of its largest number before any time counts. Then both
 * sides take turns.
 */
export async function compare(
  bench,
  { work, once, result, peers, tolerance, rounds = 5, budget = 0.1, note },
) {
  const { peer, folder } = bench;
  const pending = once();
  if (pending instanceof Promise) await pending;
  if (!peer) return [{ work, ours: 1000 * (await bestSeconds(once, rounds * budget)), unit: "ms", note }];

  share(bench, "expected", Float64Array.from(result()));
  const rows = [];
  for (const { way, request, rounds: own = rounds } of peers) {
    const { difference } = await peer.ask({ ...request, folder });
    if (!(difference <= tolerance)) {
      throw new Error(`${work}: we and ${peer.name} (${way ?? "the usual way"}) disagree by ${difference}`);
    }
    const best = { ours: Number.POSITIVE_INFINITY, peer: Number.POSITIVE_INFINITY };
    for (let round = 0; round < own; round++) {
      best.ours = Math.min(best.ours, await bestSeconds(once, budget));
      best.peer = Math.min(best.peer, (await peer.ask({ seconds: budget })).seconds);
    }
    rows.push({
      work: way ? `${work}: ${way}` : work,
      ours: 1000 * best.ours,
      peer: 1000 * best.peer,
      ratio: best.peer / best.ours,
      unit: "ms",
      note: [note, `largest difference ${difference.toExponential(1)}`].filter(Boolean).join("; "),
    });
  }
  return rows;
}

/** Puts an array where the peer's requests find it. */
export function share({ folder }, name, data, shape = [data.length]) {
  writeFileSync(join(folder, `${name}.npy`), encodeNpy(data, shape));
}
