import type { Job } from "../../runs/jobs/job.ts";
import type { SweepFolder } from "../../runs/sweep/folder.ts";
import type { EngineContext } from "../engine.ts";
import type { Batch, BatchFiles } from "./batches.ts";
import { SlurmError, slurm, type TaskState } from "./commands.ts";
import { type Fate, fateOf } from "./fate.ts";

export interface LedgerOptions {
  readonly folder: SweepFolder;
  readonly files: BatchFiles;
  readonly jobs: readonly Job[];
  readonly grace: number;
  readonly completing: number;
}

/** Which job is in which array, and what has become of it. */
export interface Ledger {
  /** Jobs of which nothing final is known. */
  left(): number;
  /** Those that are in an array. */
  running(): number;
  /** Some that are in none, at most so many. */
  waiting(most: number): string[];
  /** Puts jobs in an array that is about to be submitted. Written down before: if the submission is broken off, it is found again. */
  begin(ids: readonly string[]): Promise<Batch>;
  /** The array was not taken. */
  giveBack(batch: Batch): Promise<void>;
  /** Numbers in Slurm of all arrays with jobs that are left, and these. */
  arrays(more: readonly string[]): string[];
  /** Finds the arrays of an earlier call that are still in Slurm. */
  takeOver(): Promise<void>;
  /** Looks what has become of the jobs in arrays, and tells. */
  look(): Promise<void>;
}

interface Entry {
  batch?: { readonly number: number; readonly index: number };
  attempt: number;
  isStarted: boolean;
  /** When its task was first seen as it is now. */
  seen?: { readonly state: string; readonly at: number };
}

export async function openLedger(
  { folder, files, jobs, grace, completing }: LedgerOptions,
  { attempts, onEvent }: EngineContext,
): Promise<Ledger> {
  const left = new Map<string, Entry>(jobs.map(({ id }) => [id, { attempt: 0, isStarted: false }]));
  const known = await files.all();
  const arrayNumbers = new Map<number, string>();
  let next = Math.max(-1, ...known.map(({ number }) => number)) + 1;
  let isSilent = false;

  const assign = (id: string, number: number, index: number) => {
    const entry = left.get(id) as Entry;
    left.set(id, { batch: { number, index }, attempt: entry.attempt + 1, isStarted: false });
  };
  /** Undefined while Slurm does not answer. */
  const tasks = async (numbers: readonly number[]): Promise<Map<string, TaskState> | undefined> => {
    if (numbers.length === 0) return new Map();
    try {
      const listed = await slurm.tasks(numbers.map(files.name));
      if (isSilent) await onEvent({ kind: "note", message: "Slurm answers again" });
      isSilent = false;
      for (const { array, name } of listed) arrayNumbers.set(files.number(name), array);
      return new Map(listed.map((task) => [`${files.number(task.name)}/${task.index}`, task]));
    } catch (error) {
      if (!(error instanceof SlurmError)) throw error;
      if (!isSilent) {
        await onEvent({
          kind: "note",
          message: `Slurm does not answer (${error.message}); asking again until it does`,
        });
      }
      isSilent = true;
      return undefined;
    }
  };
  const inArrays = () =>
    [...left].flatMap(([id, entry]) => (entry.batch ? [{ id, entry, batch: entry.batch }] : []));

  const settle = async (id: string, entry: Entry, fate: Fate) => {
    if (fate.kind === "done") {
      left.delete(id);
      await onEvent(fate);
      return;
    }
    const final = !fate.retry || entry.attempt >= attempts;
    if (final) left.delete(id);
    else left.set(id, { attempt: entry.attempt, isStarted: false });
    await onEvent({ kind: "failed", id, message: fate.message, attempt: entry.attempt, final });
  };

  return {
    left: () => left.size,
    running: () => inArrays().length,
    waiting: (most) => [...left].flatMap(([id, { batch }]) => (batch ? [] : [id])).slice(0, most),
    async begin(ids) {
      const batch = { number: next++, ids };
      await files.write(batch);
      for (const [index, id] of ids.entries()) assign(id, batch.number, index);
      return batch;
    },
    async giveBack({ ids }) {
      for (const id of ids) left.set(id, { attempt: (left.get(id) as Entry).attempt - 1, isStarted: false });
    },
    arrays(more) {
      const numbers = new Set(inArrays().map(({ batch }) => batch.number));
      return [...new Set([...more, ...[...numbers].flatMap((number) => arrayNumbers.get(number) ?? [])])];
    },
    async takeOver() {
      const listed = await tasks(known.map(({ number }) => number));
      for (const { number, ids } of known) {
        for (const [index, id] of ids.entries()) {
          const task = listed?.get(`${number}/${index}`);
          if (task && left.has(id) && isActive(task.state)) assign(id, number, index);
        }
      }
      const found = inArrays().length;
      if (found > 0)
        await onEvent({ kind: "note", message: `${found} jobs are in Slurm already; waiting for them` });
    },
    async look() {
      const entries = inArrays();
      const listed = await tasks([...new Set(entries.map(({ batch }) => batch.number))]);
      if (!listed) return;
      for (const { id, entry, batch } of entries) {
        const task = listed.get(`${batch.number}/${batch.index}`);
        const state = task?.state ?? "gone";
        const now = performance.now();
        if (entry.seen?.state !== state) entry.seen = { state, at: now };
        if (state === "RUNNING" && !entry.isStarted) {
          entry.isStarted = true;
          const worker = `Slurm task ${task?.array}_${batch.index}`;
          await onEvent({ kind: "started", id, worker, attempt: entry.attempt });
        }
        if (isActive(state) && state !== "COMPLETING") continue;
        const since = now - entry.seen.at;
        const patience = state === "COMPLETING" ? completing : grace;
        const fate = await fateOf({ folder, files, id, ...batch, state, isOver: since >= patience });
        if (!fate) continue;
        if (state === "COMPLETING" && task && fate.kind !== "done")
          await slurm.cancel(`${task.array}_${batch.index}`).catch(() => {});
        await settle(id, entry, fate);
      }
    },
  };
}

/** Whether a task may still come to something. */
function isActive(state: string): boolean {
  return [
    "PENDING",
    "RUNNING",
    "CONFIGURING",
    "COMPLETING",
    "SUSPENDED",
    "STOPPED",
    "SIGNALING",
    "STAGE_OUT",
    "RESIZING",
    "REQUEUED",
    "REQUEUE_FED",
    "REQUEUE_HOLD",
    "RESV_DEL_HOLD",
    "SPECIAL_EXIT",
  ].includes(state);
}
