/** Calls are timed in blocks of at least this long, so that a clock's resolution and a collector's pauses are shared out. */
const blockSeconds = 0.005;

/** Mean seconds of a call in the best block within the budget; `once` may return a promise. Calls it at least once. */
export async function bestSeconds(once, budget) {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + budget * 1000;
  do {
    const start = performance.now();
    let calls = 0;
    let seconds = 0;
    while (seconds < blockSeconds) {
      const pending = once();
      if (pending instanceof Promise) await pending;
      calls++;
      seconds = (performance.now() - start) / 1000;
    }
    best = Math.min(best, seconds / calls);
  } while (performance.now() < end);
  return best;
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
