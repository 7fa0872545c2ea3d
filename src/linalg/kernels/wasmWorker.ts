/** One instance of the module in a worker thread, Node's or the browser's, driven by commands. */
import type { Command } from "./wasmCommand.ts";
import type { WasmFunctions } from "./wasmModule.ts";

/**
 * What the worker runs. It is text because a worker is started from a file or from text, and a file would have to
 * be found by every bundler and test runner. It holds an instance and does what the messages say, one reply to each.
 */
const workerSource = `
const port = typeof require === "function" ? require("node:worker_threads").parentPort : self;
let module, instance;
port.onmessage = ({ data }) => {
  if (data.module) {
    module = data.module;
    return;
  }
  try {
    if (data.fresh || !instance) instance = new WebAssembly.Instance(module).exports;
    const { memory } = instance;
    const missing = data.bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    for (const { address, content } of data.inputs) {
      new Uint8Array(memory.buffer, address, content.byteLength).set(new Uint8Array(content));
    }
    for (const [name, ...values] of data.calls) instance[name](...values);
    const outputs = data.outputs.map(({ address, bytes }) => memory.buffer.slice(address, address + bytes));
    if (data.fresh) instance = undefined;
    port.postMessage({ outputs }, outputs);
  } catch (error) {
    port.postMessage({ error });
  }
};
`;

interface Reply {
  readonly outputs?: readonly ArrayBuffer[];
  readonly error?: Error;
}

/** A thread with a mailbox; `hold` and `release` say whether the process must wait for it. */
interface Thread {
  post(message: object, transfer: ArrayBuffer[]): void;
  hold(): void;
  release(): void;
  end(): Promise<void>;
}

export interface WasmWorker<Functions = WasmFunctions> {
  /** False after the thread has ended. */
  readonly alive: boolean;
  /**
   * Runs a command there, after those sent before it; inputs are written now, outputs read when it is done. `fresh`
   * takes an instance of its own, whose memory is given back. Rejects when the command throws or the thread ends.
   */
  run(command: Command<Functions>, fresh?: boolean): Promise<void>;
  end(): Promise<void>;
}

/** Starts a thread, which keeps the process alive only while a command is under way. */
export async function startWasmWorker<Functions = WasmFunctions>(
  module: WebAssembly.Module,
): Promise<WasmWorker<Functions>> {
  const waiting: { done(reply: Reply): void; failed(reason: Error): void }[] = [];
  let alive = true;
  const thread = await startThread(
    (reply) => {
      const next = waiting.shift();
      if (waiting.length === 0) thread.release();
      next?.done(reply);
    },
    (reason) => {
      alive = false;
      for (const { failed } of waiting.splice(0)) failed(reason);
    },
  );
  thread.post({ module }, []);
  thread.release();

  async function run(command: Command<Functions>, fresh = false): Promise<void> {
    if (!alive) throw new Error("the kernels' worker thread has ended");
    const inputs = command.inputs.map(({ address, kind, length, write }) => {
      const content = new ArrayBuffer(length * kind.BYTES_PER_ELEMENT);
      write(new kind(content));
      return { address, content };
    });
    const outputs = command.outputs.map(({ address, kind, length }) => ({
      address,
      bytes: length * kind.BYTES_PER_ELEMENT,
    }));
    const reply = await new Promise<Reply>((done, failed) => {
      waiting.push({ done, failed });
      thread.hold();
      thread.post(
        { bytes: command.bytes, inputs, calls: command.calls, outputs, fresh },
        inputs.map(({ content }) => content),
      );
    });
    if (reply.error) throw reply.error;
    for (const [position, { kind, read }] of command.outputs.entries()) {
      read(new kind(reply.outputs?.[position] ?? new ArrayBuffer(0)));
    }
  }

  return {
    get alive() {
      return alive;
    },
    run,
    end: () => thread.end(),
  };
}

async function startThread(onReply: (reply: Reply) => void, onEnd: (reason: Error) => void): Promise<Thread> {
  if (globalThis.process?.versions?.node === undefined) return startBrowserThread(onReply, onEnd);
  const { Worker } = await import(/* @vite-ignore */ "node:worker_threads");
  const worker = new Worker(workerSource, { eval: true, execArgv: [], name: "noise-geometry kernels" });
  worker.on("message", onReply);
  worker.on("error", (error) => onEnd(error));
  worker.on("exit", () => onEnd(new Error("the kernels' worker thread has ended")));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold: () => worker.ref(),
    release: () => worker.unref(),
    end: async () => void (await worker.terminate()),
  };
}

function startBrowserThread(onReply: (reply: Reply) => void, onEnd: (reason: Error) => void): Thread {
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
  worker.onerror = ({ message }) => onEnd(new Error(`the kernels' worker failed: ${message}`));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold: () => {},
    release: () => {},
    end: async () => {
      worker.terminate();
      URL.revokeObjectURL(url);
      onEnd(new Error("the kernels' worker thread has ended"));
    },
  };
}
