import { InputError } from "../../../src/inputError.ts";
import {
  type InputOf,
  type OutputOf,
  type Reply,
  type Request,
  Stopped,
  type Tasks,
  type UpdateOf,
} from "./protocol.ts";

export interface TaskClient<T extends Tasks> {
  /**
   * Runs a task in the worker. A newer call supersedes the ones before it: what waits is dropped, what runs is asked to stop (it
   * may still report what it has), and a worker that does not listen within `patience` is ended and replaced. Rejects with
   * `Stopped` when superseded or stopped, with an InputError or an Error as the task throws it.
   */
  run<K extends keyof T & string>(
    task: K,
    input: InputOf<T[K]>,
    onUpdate?: (update: UpdateOf<T[K]>) => void,
  ): Promise<OutputOf<T[K]>>;
  /** Stops what runs and waits. */
  stop(): void;
  close(): void;
}

interface Job {
  readonly id: number;
  readonly request: Request;
  onUpdate(update: never): void;
  resolve(output: never): void;
  reject(reason: Error): void;
}

const patience = 1500;

/** A worker's end that the page holds. */
interface Line {
  postMessage(request: Request): void;
  terminate(): void;
}

/**
 * @param url of the worker's script, as `import url from "./worker.ts?worker&url"` gives it
 * @param startLine another way to start a worker, for tests
 */
export function openTasks<T extends Tasks>(
  url: string,
  startLine: typeof startWorker = startWorker,
): TaskClient<T> {
  let worker: Line | undefined;
  let running: Job | undefined;
  let waiting: Job | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let count = 0;

  function settle(finish: (job: Job) => void): void {
    clearTimeout(timer);
    const job = running;
    running = undefined;
    if (job) finish(job);
    const next = waiting;
    waiting = undefined;
    if (next) start(next);
  }

  function start(job: Job): void {
    running = job;
    worker ??= startLine(url, onReply, (message) => replaceWorker(new Error(message)));
    worker.postMessage(job.request);
  }

  function onReply(reply: Reply): void {
    if (reply.id !== running?.id) return;
    if ("update" in reply) running.onUpdate(reply.update as never);
    else if ("output" in reply) settle((job) => job.resolve(reply.output as never));
    else if ("stopped" in reply) settle((job) => job.reject(new Stopped()));
    else {
      const { isInput, message } = reply.error;
      settle((job) => job.reject(isInput ? new InputError(message) : new Error(message)));
    }
  }

  function replaceWorker(reason: Error): void {
    worker?.terminate();
    worker = undefined;
    settle((job) => job.reject(reason));
  }

  function askToStop(): void {
    if (!running) return;
    worker?.postMessage({ id: running.id, stop: true } satisfies Request);
    clearTimeout(timer);
    timer = setTimeout(() => replaceWorker(new Stopped()), patience);
  }

  function dropWaiting(): void {
    waiting?.reject(new Stopped());
    waiting = undefined;
  }

  return {
    run(task, input, onUpdate = () => {}) {
      return new Promise((resolve, reject) => {
        const id = ++count;
        const job: Job = { id, request: { id, task, input }, onUpdate, resolve, reject };
        dropWaiting();
        if (!running) start(job);
        else {
          waiting = job;
          askToStop();
        }
      });
    },
    stop() {
      dropWaiting();
      askToStop();
    },
    close() {
      dropWaiting();
      clearTimeout(timer);
      worker?.terminate();
      running?.reject(new Stopped());
      running = undefined;
    },
  };
}

/**
 * From a blob, because such a worker is held to the page's content-security policy, whereas one from a file is held to the headers
 * that the file is served with.
 */
function startWorker(url: string, onReply: (reply: Reply) => void, onEnd: (message: string) => void): Line {
  const address = new URL(url, document.baseURI).href;
  const text = new Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" });
  const blob = URL.createObjectURL(text);
  const worker = new Worker(blob, { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
  worker.onerror = ({ message }) => onEnd(`the worker failed: ${message || "it could not be loaded"}`);
  return {
    postMessage: (request) => worker.postMessage(request),
    terminate() {
      worker.terminate();
      URL.revokeObjectURL(blob);
    },
  };
}
