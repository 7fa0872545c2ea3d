/** The thread behind background calls: order, failures, the end of it. */
import { expect, test } from "vitest";
import type { Command } from "../../../src/linalg/kernels/wasmCommand.ts";
import { compileWasmModule, instantiate } from "../../../src/linalg/kernels/wasmModule.ts";
import { openWasmPool } from "../../../src/linalg/kernels/wasmPool.ts";
import { startWasmWorker } from "../../../src/linalg/kernels/wasmWorker.ts";

const module = await compileWasmModule();
const address = instantiate(module).heapStart();

/** Doubles four numbers in place; without input it doubles what is there. */
function doubling(
  input: number[] | undefined,
  take: (values: number[]) => void,
  bytes = address + 32,
): Command {
  const span = { address, length: 4, kind: Float64Array };
  return {
    bytes,
    inputs: input === undefined ? [] : [{ ...span, write: (target) => target.set(input) }],
    calls: [["scale64", 4, 2, address]],
    outputs: [{ ...span, read: (source) => take([...source]) }],
  };
}

test("commands run in order and share their instance's memory, unless they ask for a fresh one", async () => {
  const worker = await startWasmWorker(module);
  const results: number[][] = [];
  const take = (values: number[]) => void results.push(values);
  await Promise.all([worker.run(doubling([1, 2, 3, 4], take)), worker.run(doubling(undefined, take))]);
  await worker.run(doubling(undefined, take), true);
  expect(results).toEqual([
    [2, 4, 6, 8],
    [4, 8, 12, 16],
    [0, 0, 0, 0],
  ]);
  await worker.end();
});

test("a command that cannot be run rejects, and the worker goes on", async () => {
  const worker = await startWasmWorker(module);
  let result: number[] = [];
  const tooLarge = doubling([1, 1, 1, 1], () => expect.unreachable(), 2 ** 33);
  await expect(worker.run(tooLarge)).rejects.toThrow();
  await worker.run(
    doubling([1, 2, 3, 4], (values) => {
      result = values;
    }),
  );
  expect(result).toEqual([2, 4, 6, 8]);
  await worker.end();
  expect(worker.alive).toBe(false);
  await expect(worker.run(doubling(undefined, () => {}))).rejects.toThrow("ended");
});

test("a worker that dies rejects what it was doing and is replaced", async () => {
  const pool = openWasmPool(module, 1);
  const lost = pool.withWorker(async (worker) => {
    const pending = worker.run(doubling([1, 2, 3, 4], () => {}));
    await Promise.all([worker.end(), expect(pending).rejects.toThrow("ended")]);
    throw new Error("lost");
  });
  const results: number[][] = [];
  const next = pool.withWorker((worker) =>
    worker.run(doubling([1, 2, 3, 4], (values) => void results.push(values))),
  );
  await expect(lost).rejects.toThrow("lost");
  await next;
  expect(results).toEqual([[2, 4, 6, 8]]);
  await pool.close();
});
