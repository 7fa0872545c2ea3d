import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Engine } from "../engines/engine.ts";
import { InputError } from "../inputError.ts";
import type { SweepFolder } from "../runs/sweep/folder.ts";
import { version } from "../version.ts";
import { requiredRedis } from "./redisOption.ts";

export const engineNames = ["local", "slurm", "bullmq"] as const;

/** What the command line says of the engine. */
export interface EngineOptions {
  readonly engine: (typeof engineNames)[number];
  readonly workers: number;
  readonly redis?: string;
  readonly sbatch?: string;
}

/** The engine that was asked for; each is loaded when it is. Throws an InputError where an option does not belong to it. */
export async function openEngine(folder: SweepFolder, options: EngineOptions): Promise<Engine> {
  const { engine, workers, redis, sbatch } = options;
  if (redis !== undefined && engine !== "bullmq") {
    throw new InputError(`--redis: expected --engine bullmq with it, got ${engine}; leave --redis out`);
  }
  if (sbatch !== undefined && engine !== "slurm") {
    throw new InputError(`--sbatch: expected --engine slurm with it, got ${engine}; leave --sbatch out`);
  }
  if (engine === "slurm") {
    const { slurmEngine } = await import("../engines/slurm/engine.ts");
    const command = [process.execPath, fileURLToPath(new URL("./main.js", import.meta.url))];
    return slurmEngine({
      folder,
      task: [...command, "sweep-task"],
      gather: [...command, "gather"],
      sbatch: sbatch?.split(/\s+/).filter((word) => word !== "") ?? [],
    });
  }
  if (engine === "bullmq") {
    const address = await requiredRedis(redis);
    const { bullmqEngine } = await import("../engines/bullmq/engine.ts");
    return bullmqEngine({ address, version });
  }
  const { localEngine } = await import("../engines/local.ts");
  return localEngine({
    workers,
    module: new URL("./jobThread.js", import.meta.url),
    scratchOf: folder.scratch,
  });
}
