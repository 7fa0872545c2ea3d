import { execFile } from "node:child_process";
import { InputError } from "../../inputError.ts";

/** State of one task of an array job. */
export interface TaskState {
  /** Of the array. */
  readonly array: string;
  readonly index: number;
  /** As squeue has it: PENDING, RUNNING, COMPLETING, COMPLETED, FAILED, CANCELLED, NODE_FAIL … */
  readonly state: string;
  /** Name of the array. */
  readonly name: string;
}

/** What an engine needs of Slurm; accounting is not needed. Each rejects with a SlurmError where the command failed. */
export const slurm = {
  /** Submits an array of `tasks` tasks and gives its id. */
  async submit(words: readonly string[]): Promise<string> {
    const id = (await call("sbatch", ["--parsable", ...words])).trim().split(";")[0];
    if (!/^\d+$/.test(id)) throw new SlurmError(`sbatch: expected the number of a job, got ${id}`);
    return id;
  },
  /** Tasks of arrays of these names, those that have ended too as far as Slurm still knows them. */
  async tasks(names: readonly string[]): Promise<TaskState[]> {
    const format = "--format=%F|%K|%T|%j";
    const text = await call("squeue", [
      "--noheader",
      "--array",
      "--states=all",
      `--name=${names.join(",")}`,
      format,
    ]);
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const [array, index, state, name] = line.trim().split("|");
        return { array, index: Number(index), state, name };
      });
  },
  /** Largest number of tasks in an array, as the site has it. */
  async mostTasks(): Promise<number> {
    const text = await call("scontrol", ["show", "config"]);
    return Number(/MaxArraySize\s*=\s*(\d+)/.exec(text)?.[1] ?? 1001);
  },
  async cancel(task: string): Promise<void> {
    await call("scancel", [task]);
  },
};

/** A command of Slurm that failed, in its own words. */
export class SlurmError extends Error {
  override readonly name = "SlurmError";
}

function call(command: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, words, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (error.code === "ENOENT") {
        return reject(
          new InputError(
            `${command}: expected Slurm's commands on this machine, got none; run this on a login node`,
          ),
        );
      }
      reject(new SlurmError(stderr.trim().split("\n")[0] || error.message));
    });
  });
}
