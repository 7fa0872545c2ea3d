import type { Engine } from "../engines/engine.ts";
import { InputError } from "../inputError.ts";
import type { SweepFolder } from "../runs/sweep/folder.ts";
import { version } from "../version.ts";
import { requiredRedis } from "./redisOption.ts";

export const engineNames = ["local", "bullmq"] as const;

/** What the command line says of the engine. */
export interface EngineOptions {
  readonly engine: (typeof engineNames)[number];
  readonly workers: number;
  readonly redis?: string;
}

/** The engine that was asked for; each is loaded when it is. Throws an InputError where an option does not belong to it. */
export async function openEngine(folder: SweepFolder, options: EngineOptions): Promise<Engine> {
  const { engine, workers, redis } = options;
  if (redis !== undefined && engine !== "bullmq") {
    throw new InputError(`--redis: expected --engine bullmq with it, got ${engine}; leave --redis out`);
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
