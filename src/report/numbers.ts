import type { Estimate } from "../experiments/experiment.ts";

/**
 * Numbers as a reader wants them: true minus signs, thousands separated, powers of ten with raised
 * exponents.
 */

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/** 10 to an integer power: `powerOfTen(-3)` is "10⁻³". */
export function powerOfTen(exponent: number): string {
  return `10${[...String(exponent)].map((character) => SUPERSCRIPTS[character]).join("")}`;
}

/** A fixed number of decimals, thousands separated by commas: "−12,345.60". */
export function formatFixed(value: number, decimals: number): string {
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  const isZero = /^[0.,]*$/.test(digits);
  return value < 0 && !isZero ? `−${digits}` : digits;
}

/** So many significant digits as "1.5 × 10⁻⁷". */
export function formatScientific(value: number, significant: number): string {
  const [mantissa = "", exponent = "0"] = value.toExponential(significant - 1).split("e");
  const digits = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  const power = powerOfTen(Number(exponent));
  if (digits === "1" || digits === "-1") return value < 0 ? `−${power}` : power;
  return `${digits.replace("-", "−")} × ${power}`;
}

/** A number in up to `significant` digits; very large and very small ones as powers of ten. */
export function formatNumber(value: number, significant = 4): string {
  if (Number.isNaN(value)) return "undefined";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return formatFixed(value, 0);
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude >= 9 || magnitude < -4) return formatScientific(value, significant);
  const text = formatFixed(value, Math.max(0, Math.min(12, significant - 1 - magnitude)));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

export interface FormattedEstimate {
  readonly mean: string;
  readonly low: string;
  readonly high: string;
}

/**
 * Mean and interval ends to the same decimals: as many as show two significant digits of the interval's
 * width.
 */
export function formatEstimate(estimate: Estimate): FormattedEstimate {
  const { mean, low, high } = estimate;
  const width = high - low;
  const largest = Math.max(Math.abs(mean), Math.abs(low), Math.abs(high));
  const isPlain = [mean, width, largest].every(Number.isFinite) && width > 0;
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(width)));
  if (isPlain && largest < 1e7 && decimals <= 6) {
    return {
      mean: formatFixed(mean, decimals),
      low: formatFixed(low, decimals),
      high: formatFixed(high, decimals),
    };
  }
  return { mean: formatNumber(mean), low: formatNumber(low), high: formatNumber(high) };
}

/** A duration in the units a person would use: "0.4 s", "12 s", "3 min 05 s", "2 h 07 min". */
export function formatSeconds(seconds: number): string {
  if (!(seconds >= 0) || !Number.isFinite(seconds)) return "unknown time";
  if (seconds < 10) return `${formatFixed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes} min ${String(rest).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** "12.3 kB", of a file. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const unit = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${formatNumber(bytes / 1000 ** unit, 3)} ${units[unit]}`;
}
