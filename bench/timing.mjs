/**
 * Times are { seconds, cpu }: of the clock, and user and system time of the process with all of its threads. Where the machine
 * has other work the second still says what a side costs.
 */

/** Calls are timed in blocks of at least this long, so that a clock's resolution and a collector's pauses are shared out. */
const blockSeconds = 0.005;

/** Of one call; `once` may return a promise. */
export async function timeOf(once) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const pending = once();
  if (pending instanceof Promise) await pending;
  return { seconds: (performance.now() - start) / 1000, cpu: cpuSince(used) };
}

/** Means of a call in the best block within the budget, one block at least. */
export async function bestTime(once, budget) {
  let best;
  const end = performance.now() + budget * 1000;
  do {
    const [start, used] = [performance.now(), process.cpuUsage()];
    let calls = 0;
    let seconds = 0;
    while (seconds < blockSeconds) {
      const pending = once();
      if (pending instanceof Promise) await pending;
      calls++;
      seconds = (performance.now() - start) / 1000;
    }
    best = least(best, { seconds: seconds / calls, cpu: cpuSince(used) / calls });
  } while (performance.now() < end);
  return best;
}

/** Each of the two by itself. */
export function least(a, b) {
  if (a === undefined) return b;
  return { seconds: Math.min(a.seconds, b.seconds), cpu: Math.min(a.cpu, b.cpu) };
}

/** Median of the clock and mean of CPU time, whose resolution is too coarse for a single process. */
export function typical(times) {
  const cpu = times.map((time) => time.cpu);
  return {
    seconds: median(times.map((time) => time.seconds)),
    ...(cpu.every((value) => value !== undefined) && {
      cpu: cpu.reduce((sum, value) => sum + value, 0) / cpu.length,
    }),
  };
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function cpuSince(used) {
  const { user, system } = process.cpuUsage(used);
  return (user + system) / 1e6;
}
