import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "noise-geometry/data";
import { timeRow } from "../table.mjs";
import { bestTime, least, timeOf } from "../timing.mjs";

const budget = 0.1;
/** Rounds by the seconds that the first calls of both sides took. */
const roundsAfter = (seconds) => (seconds > 15 ? 0 : seconds > 3 ? 1 : 5);
/** A call that takes less is repeated even where the other side's is not. */
const shortSeconds = 3;

/**
 * Rows of one piece of work, one for each way that the peer does it. Ours is `once`; `result` gives what the last call
 * computed, which the peer's has to equal within `tolerance` of its largest number before any time counts. Then both
 * sides take turns.
 */
export async function compare(bench, { work, once, result, peers, tolerance, ...row }) {
  const { peer, folder, threads } = bench;
  const first = await timeOf(once);
  if (!peer) {
    const ours = await unlessLong(first, once);
    return [timeRow({ ...row, work, ours, threads })];
  }
  share(bench, "expected", Float64Array.from(result()));
  const rows = [];
  for (const { id, way, request } of peers) {
    const { difference, ...time } = await peer.ask({ ...request, folder });
    if (!(difference <= tolerance)) {
      throw new Error(`${work}: we and ${peer.name} (${way ?? "the usual way"}) disagree by ${difference}`);
    }
    const rounds = roundsAfter(first.seconds + time.seconds);
    const best = rounds === 0 ? { ours: await unlessLong(first, once), peer: time } : {};
    for (let round = 0; round < rounds; round++) {
      best.ours = least(best.ours, await bestTime(once, budget));
      best.peer = least(best.peer, await peer.ask({ seconds: budget }));
    }
    rows.push(
      timeRow({
        ...row,
        id,
        work: way ? `${work}: ${way}` : work,
        ...best,
        threads,
        note: `largest difference ${difference.toExponential(1)}${rounds === 0 ? "; one call of the peer" : ""}`,
      }),
    );
  }
  return rows;
}

async function unlessLong(first, once) {
  return first.seconds < shortSeconds ? bestTime(once, 5 * budget) : first;
}

/** Puts an array where the peer's requests find it. */
export function share({ folder }, name, data, shape = [data.length]) {
  writeFileSync(join(folder, `${name}.npy`), encodeNpy(data, shape));
}
