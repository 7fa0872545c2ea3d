import type { Engine } from "../engines/engine.ts";
import type { SweepFolder } from "../runs/sweep/folder.ts";

/** What the command line says of the engine. */
export interface EngineOptions {
  readonly engine: "local" | "slurm" | "bullmq";
  readonly workers: number;
}

/** The engine that was asked for; each is loaded when it is. */
export async function openEngine(folder: SweepFolder, { workers }: EngineOptions): Promise<Engine> {
  const { localEngine } = await import("../engines/local.ts");
  return localEngine({
    workers,
    module: new URL("./jobThread.js", import.meta.url),
    scratchOf: folder.scratch,
  });
}
