/** A worker thread of the local engine that does the jobs of playJobs.mjs. */
import { parentPort } from "node:worker_threads";
import { runJob } from "./playJobs.mjs";

let atHand;
parentPort.on("message", async (message) => {
  if (message.kind === "stop") {
    atHand?.abort();
    return;
  }
  atHand = new AbortController();
  const onProgress = (fraction) => parentPort.postMessage({ kind: "progress", fraction });
  const { job, scratch } = message;
  parentPort.postMessage(await runJob(job, { worker: "play", scratch, signal: atHand.signal, onProgress }));
});
