/**
 * Runs works in their order, at most `atOnce` at a time. Once one rejects no other begins, and the promise rejects with its
 * error when those under way have ended.
 */
export async function inTurns(works: Iterable<() => Promise<void>>, atOnce: number): Promise<void> {
  const queue = [...works].values();
  let failed = false;
  const lane = async () => {
    for (const work of queue) {
      if (failed) return;
      try {
        await work();
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  for (const result of lanes) if (result.status === "rejected") throw result.reason;
}
