import { parentPort, workerData } from "node:worker_threads";
import type { RunJob } from "./engine.ts";
import type { FromThread, ToThread } from "./threadProtocol.ts";

/** The inside of a worker thread of the local engine: does one job after the other. */
export function serveThread(runJob: RunJob): void {
  const port = parentPort;
  if (!port) throw new Error("serveThread: expected to run in a worker thread");
  const send = (message: FromThread) => port.postMessage(message);
  let atHand: AbortController | undefined;
  port.on("message", async (message: ToThread) => {
    if (message.kind === "stop") {
      atHand?.abort();
      return;
    }
    const own = new AbortController();
    atHand = own;
    send(
      await runJob(message.job, {
        worker: (workerData as { name: string }).name,
        scratch: message.scratch,
        signal: own.signal,
        onProgress: (fraction) => send({ kind: "progress", fraction }),
      }),
    );
  });
}
