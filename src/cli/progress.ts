import process from "node:process";

/** Progress of long work on standard error: a bar on a terminal, plain lines in a log, each with the time left. */
export interface Progress {
  /** `fraction` in [0,1] of the whole. */
  update(fraction: number, note?: string): void;
  /** Clears the bar. */
  finish(): void;
}

const barWidth = 24;
/** Seconds before the first sign of life, and between lines of a log. */
const patience = { terminal: 0.3, log: 15 };

export function startProgress(label: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const started = performance.now();
  const terminal = stream.isTTY === true;
  let last = started;
  let drawn = false;

  return {
    update(fraction, note = "") {
      const now = performance.now();
      if (now - last < 1000 * (terminal ? (drawn ? 0.1 : patience.terminal) : patience.log)) return;
      last = now;
      const elapsed = (now - started) / 1000;
      const left = fraction > 0 ? duration((elapsed * (1 - fraction)) / fraction) : "unknown";
      const percent = `${Math.floor(100 * fraction)} %`;
      if (terminal) {
        const filled = Math.round(barWidth * fraction);
        const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
        stream.write(`\r\x1b[K${label} ${bar} ${percent}, ${left} left ${note}`);
        drawn = true;
      } else {
        stream.write(`${label}: ${percent}, about ${left} left${note && `, ${note}`}\n`);
      }
    },
    finish() {
      if (drawn) stream.write("\r\x1b[K");
    },
  };
}

/** "4.2 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "roughly 4 to 15 min", "roughly 40 min to 3 h". */
export function roughly(low: number, high: number): string {
  const [least, most] = [rough(low), rough(high)];
  const end = `${most.value} ${most.unit}`;
  if (least.unit !== most.unit) return `roughly ${least.value} ${least.unit} to ${end}`;
  return `roughly ${least.value === most.value ? "" : `${least.value} to `}${end}`;
}

/** To a whole number of its unit, 1 at the least. */
function rough(seconds: number): { readonly value: number; readonly unit: string } {
  const [size, unit] = seconds < 59.5 ? [1, "s"] : seconds < 3570 ? [60, "min"] : [3600, "h"];
  return { value: Math.max(1, Math.round(seconds / Number(size))), unit: String(unit) };
}
