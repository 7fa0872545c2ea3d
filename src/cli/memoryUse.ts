import process from "node:process";
import { shownSize } from "./memorySize.ts";

/** What the program takes without any problem: code, kernels, their buffers. Not counted in `--memory`. */
const baseBytes = 400 * 2 ** 20;

/** What `--memory` allowed, and the largest resident size of the process, in bytes. */
export interface MemoryUse {
  readonly limit: number;
  readonly peak: number;
}

export function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

export function memoryLine({ limit, peak }: MemoryUse): string {
  return `peak memory ${shownSize(peak)}, of which the program takes up to ${shownSize(baseBytes)}; --memory ${shownSize(limit)}\n`;
}
