import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { InputError } from "../../inputError.ts";
import { makeFolder } from "../../runs/makeFolder.ts";
import { type SweepFolder, writeJobs } from "../../runs/sweep/folder.ts";
import type { Engine, EngineContext } from "../engine.ts";
import { batchFiles } from "./batches.ts";
import { SlurmError, slurm } from "./commands.ts";
import { type Ledger, openLedger } from "./ledger.ts";

export interface SlurmOptions {
  readonly folder: SweepFolder;
  /** Words that do one task when folder, batch and index follow. */
  readonly task: readonly string[];
  /** Words that gather the table when the folder follows; done by Slurm too when all arrays have ended, should nobody be waiting any more. */
  readonly gather?: readonly string[];
  /** More words for sbatch: partition, time, memory, account. */
  readonly sbatch?: readonly string[];
  readonly patience?: Patience;
}

interface Patience {
  /** Milliseconds between looks. */
  readonly poll: number;
  /** For which a task that ended may have its result still on the way, or a new one may not be listed yet. */
  readonly grace: number;
  /** For which a task may be completing before its node counts as dead. */
  readonly completing: number;
}

const usualPatience: Patience = { poll: 5000, grace: 30_000, completing: 120_000 };
/** Tasks in an array; a site may allow fewer. */
const mostTasks = 1000;

/**
 * Array jobs on a disk that all nodes share. What has become of a job is told by its result there, and, where there is none, by squeue:
 * no accounting is needed. Arrays that an earlier call has handed in are taken over, also one whose submission was broken off. Aborting leaves
 * the arrays where they are: the same sweep goes on with them.
 */
export function slurmEngine(options: SlurmOptions): Engine {
  const { folder, patience = usualPatience } = options;
  return {
    name: "Slurm",
    async run(jobs, context) {
      const files = batchFiles(folder.path);
      await makeFolder(files.logs);
      await writeJobs(folder, jobs);
      const ledger = await openLedger({ folder, files, jobs, ...patience }, context);
      await ledger.takeOver();
      const perArray = Math.min(mostTasks, await slurm.mostTasks());
      while (ledger.left() > 0) {
        await handIn(ledger, perArray, options, context);
        await pause(patience.poll, context.signal);
        await ledger.look();
      }
    },
  };
}

/** Submits whatever waits for it. A site that takes no more for now is asked again later. */
async function handIn(ledger: Ledger, perArray: number, options: SlurmOptions, { onEvent }: EngineContext) {
  const { folder, task, sbatch = [], gather } = options;
  const files = batchFiles(folder.path);
  const log = (name: string) => `--output=${resolve(files.logs, name)}`;
  const arrays: string[] = [];
  for (let ids = ledger.waiting(perArray); ids.length > 0; ids = ledger.waiting(perArray)) {
    const batch = await ledger.begin(ids);
    const words = [
      ...sbatch,
      `--job-name=${files.name(batch.number)}`,
      `--array=0-${ids.length - 1}`,
      "--requeue",
      log("%A_%a.log"),
      `--wrap=exec ${shell([...task, resolve(folder.path), `${batch.number}`])} $SLURM_ARRAY_TASK_ID`,
    ];
    try {
      arrays.push(await slurm.submit(words));
    } catch (error) {
      await ledger.giveBack(batch);
      if (!(error instanceof SlurmError)) throw error;
      if (!isLimit(error) || ledger.running() === 0) {
        throw new InputError(
          `sbatch: expected to take an array of ${ids.length} tasks, got: ${error.message}; --sbatch says what your site wants`,
        );
      }
      await onEvent({
        kind: "note",
        message: `Slurm takes no more for now (${error.message}); trying again`,
      });
      break;
    }
  }
  if (gather && arrays.length > 0) {
    const after = `--dependency=afterany:${ledger.arrays(arrays).join(":")}`;
    const name = `--job-name=${files.name(-1).replace(/-+1$/, "-gather")}`;
    const wrapped = `--wrap=exec ${shell([...gather, resolve(folder.path)])}`;
    await slurm.submit([...sbatch, name, after, log("gather_%j.log"), wrapped]).catch((error) => {
      if (!(error instanceof SlurmError)) throw error;
    });
  }
}

/** What a site limits comes free again. */
function isLimit({ message }: SlurmError): boolean {
  return /limit|QOS|too many|temporarily/i.test(message);
}

function shell(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}

/** Rejects with the signal's reason when it aborts. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
