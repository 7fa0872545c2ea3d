/** At most `size` worker threads, started when first needed and lent out one task at a time. */
import { startWasmWorker, type WasmWorker } from "./wasmWorker.ts";

export interface WasmPool {
  /** Waits for a free worker and gives it to the task alone until the task's promise settles. */
  withWorker<R>(task: (worker: WasmWorker) => Promise<R>): Promise<R>;
  /** Ends all workers; tasks under way and later ones reject. */
  close(): Promise<void>;
}

export function openWasmPool(module: WebAssembly.Module, size: number): WasmPool {
  const workers = new Set<WasmWorker>();
  const idle: WasmWorker[] = [];
  const waiting: (() => void)[] = [];
  let running = 0;
  let closed = false;

  /** A worker once fewer than `size` tasks are running; one that has died is replaced. */
  async function acquire(): Promise<WasmWorker> {
    while (running >= size && !closed) await new Promise<void>((resume) => waiting.push(resume));
    if (closed) throw new Error("these kernels are closed");
    running++;
    try {
      for (let worker = idle.pop(); worker; worker = idle.pop()) {
        if (worker.alive) return worker;
        workers.delete(worker);
      }
      const worker = await startWasmWorker(module);
      workers.add(worker);
      if (!closed) return worker;
      await worker.end();
      throw new Error("these kernels are closed");
    } catch (error) {
      finish();
      throw error;
    }
  }

  function finish(): void {
    running--;
    waiting.shift()?.();
  }

  return {
    async withWorker(task) {
      const worker = await acquire();
      try {
        return await task(worker);
      } finally {
        idle.push(worker);
        finish();
      }
    },
    async close() {
      closed = true;
      for (const resume of waiting.splice(0)) resume();
      await Promise.all([...workers].map((worker) => worker.end()));
    },
  };
}
