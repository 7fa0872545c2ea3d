import { InputError } from "../../../src/inputError.ts";
import { type Reply, type Request, Stopped, type TaskContext, type Tasks } from "./protocol.ts";

/** The worker's end of the line, for tests another port. */
interface Port {
  postMessage(message: Reply, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
}

/** Between two turns of the event loop in long work. */
const turnMilliseconds = 8;

/** Runs the page's tasks, as the last line of a worker: `serve({ measure, train })`. */
export function serve(tasks: Tasks, port: Port = self as unknown as Port): void {
  const stopped = new Set<number>();
  port.onmessage = async ({ data }) => {
    if ("stop" in data) {
      stopped.add(data.id);
      return;
    }
    const { id, task, input } = data;
    try {
      port.postMessage({ id, output: await tasks[task](input, contextOf(id, stopped, port)) });
    } catch (error) {
      port.postMessage(failure(id, error));
    } finally {
      stopped.delete(id);
    }
  };
}

function contextOf(id: number, stopped: ReadonlySet<number>, port: Port): TaskContext<unknown> {
  let turn = performance.now();
  return {
    report: (update, transfer = []) => port.postMessage({ id, update }, transfer),
    async pause() {
      if (performance.now() - turn >= turnMilliseconds) {
        await nextTurn();
        turn = performance.now();
      }
      if (stopped.has(id)) throw new Stopped();
    },
  };
}

function failure(id: number, error: unknown): Reply {
  if (error instanceof Stopped) return { id, stopped: true };
  const isInput = error instanceof InputError;
  if (!isInput) console.error(error);
  return { id, error: { isInput, message: error instanceof Error ? error.message : String(error) } };
}

/** Messages that have arrived are taken first; a timer would be made to wait 4 ms. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
