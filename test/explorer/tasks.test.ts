import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTasks } from "../../explorer/src/tasks/client.ts";
import { type Reply, type Request, Stopped, type TaskContext } from "../../explorer/src/tasks/protocol.ts";
import { serve } from "../../explorer/src/tasks/serve.ts";
import { InputError } from "../../src/inputError.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

const tasks = {
  double: async (x: number) => 2 * x,
  refuse: async () => {
    throw new InputError("n: expected more, got less");
  },
  fail: async () => {
    throw new Error("a fault");
  },
  /** Reports 0, 1, 2, … until it is stopped. */
  count: async (_: null, { report, pause }: TaskContext<number>) => {
    for (let k = 0; ; k++) {
      report(k);
      await soon();
      await pause();
    }
  },
  /** Does not listen. */
  hang: () => new Promise<void>(() => {}),
};

/** A client whose workers are on this thread, and how many there were and are. */
function clientOf() {
  const lines = { started: 0, alive: 0 };
  const client = openTasks<typeof tasks>("worker.js", (_, onReply) => {
    lines.started++;
    lines.alive++;
    let isAlive = true;
    const port = {
      onmessage: null as ((event: MessageEvent<Request>) => void) | null,
      postMessage: (reply: Reply) =>
        void (isAlive && setTimeout(() => isAlive && onReply(structuredClone(reply)))),
    };
    serve(tasks, port);
    return {
      postMessage: (data) => void setTimeout(() => port.onmessage?.({ data } as MessageEvent<Request>)),
      terminate: () => {
        isAlive = false;
        lines.alive--;
      },
    };
  });
  return { client, lines };
}

// the clock stands still while the machine does something else: a worker that listens is not taken for one that does not
beforeAll(() => void vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 1 }));
afterAll(() => void vi.useRealTimers());

describe("tasks of a page in a worker", () => {
  test("give their output, and errors of input as such", async () => {
    const { client } = clientOf();
    expect(await client.run("double", 4)).toBe(8);
    const refused = client.run("refuse", undefined as never);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow("n: expected more, got less");
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    const failed = client.run("fail", undefined as never);
    await expect(failed).rejects.toThrow("a fault");
    await expect(failed).rejects.not.toThrow(InputError);
    expect(complaint).toHaveBeenCalledOnce();
    complaint.mockRestore();
  });

  test("a newer one supersedes what runs and what waits; what runs may report until it stops", async () => {
    const { client, lines } = clientOf();
    const seen: number[] = [];
    const running = client.run("count", null, (update) => seen.push(update));
    const waiting = client.run("double", 1);
    const newest = client.run("double", 2);
    await expect(waiting).rejects.toBeInstanceOf(Stopped);
    await expect(running).rejects.toBeInstanceOf(Stopped);
    expect(await newest).toBe(4);
    expect(seen[0]).toBe(0);
    const count = seen.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen).toHaveLength(count);
    expect(lines.started).toBe(1);
  });

  test("are stopped, and the worker goes on with the next", async () => {
    const { client, lines } = clientOf();
    const running = client.run("count", null);
    await soon();
    client.stop();
    await expect(running).rejects.toBeInstanceOf(Stopped);
    expect(await client.run("double", 3)).toBe(6);
    expect(lines.started).toBe(1);
  });

  test("a worker that does not listen is replaced", async () => {
    const { client, lines } = clientOf();
    const running = client.run("hang", undefined as never);
    const next = client.run("double", 5);
    await expect(running).rejects.toBeInstanceOf(Stopped);
    expect(await next).toBe(10);
    expect(lines).toEqual({ started: 2, alive: 1 });
  });

  test("end with the client", async () => {
    const { client, lines } = clientOf();
    const running = client.run("hang", undefined as never);
    client.close();
    await expect(running).rejects.toBeInstanceOf(Stopped);
    expect(lines.alive).toBe(0);
  });
});
