import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { z } from "zod";

/** A process that works in a folder. */
export interface LockHolder {
  /** For people: "noisegeo train". */
  readonly command: string;
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts; left out where the system does not say. */
  readonly start?: string | undefined;
  /** For people: ISO 8601. */
  readonly since: string;
}

const schema = z.object({
  command: z.string(),
  pid: z.int32().min(1),
  host: z.string(),
  start: z.string().optional(),
  since: z.string(),
});

export function thisProcess(command: string): LockHolder {
  const { pid } = process;
  return { command, pid, host: hostname(), start: startOf(pid), since: new Date().toISOString() };
}

/** Undefined where the text does not say. */
export function readHolder(text: string): LockHolder | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function isOfThisHost({ host }: LockHolder): boolean {
  return host === hostname();
}

/** Whether it may still be at work. Of a process on another host nothing is known. */
export function mayBeRunning(holder: LockHolder): boolean {
  if (!isOfThisHost(holder)) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: there is one, somebody else's
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // the number may be another process's by now
  const start = startOf(holder.pid);
  return start === undefined || holder.start === undefined || start === holder.start;
}

/** On Linux: boot and ticks since then, or "ended" of a process that only waits for its parent to look. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the second field, a name in brackets, may hold anything
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (/^[ZX]/.test(fields[0])) return "ended";
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}
