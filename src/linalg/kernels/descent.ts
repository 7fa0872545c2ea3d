/**
 * Many vectors w at once under steps w ← w − s·Σ_{i in batch} X_iᵀ(X_i w), each with random batches of its own: SGD on a
 * quadratic. A step costs a vector 4·B·C·r operations on B·C rows of X, which lies in the cache, so that arithmetic is what it
 * waits for; full products with X would cost 4·n·C·r operations, which are twice as fast at best (20 against 11 Gflop/s).
 *
 * All arithmetic is that of our WebAssembly module: a vector's bits depend on X, its start and its stream alone (those of a
 * population on its members'), never on the machine, the number of threads or the vectors beside it.
 */
import type { Matrix } from "../matrix.ts";
import {
  advanceCommand,
  beginBlock,
  type DescentBlock,
  type DescentProblem,
  layOut,
  loadCommand,
} from "./descentCommand.ts";
import {
  compileDescentModule,
  type DescentFunctions,
  type DescentInstance,
  instantiateDescent,
} from "./descentModule.ts";
import { type Command, runCommand } from "./wasmCommand.ts";
import { startWasmWorker } from "./wasmWorker.ts";

/** Works on one block at a time. */
export interface DescentLane {
  /**
   * Moves the block on by so many steps, and records its vectors; and so on for every number of steps given. Returns records
   * of `recordLength` numbers, all vectors of a segment one after another: the exponent e for which the vector is w·2^e, the
   * parts of the sum and the elements kept, of w.
   */
  run(block: DescentBlock, segments: readonly number[]): Promise<Float64Array>;
}

export interface Descent {
  readonly lanes: readonly DescentLane[];
  readonly recordLength: number;
  /**
   * A block of vectors at w_0, the rows of `starts` (row-major), with streams of these identities at their beginning; that of
   * the population comes last.
   */
  begin(starts: Matrix<Float64Array>, identities: readonly Int32Array[]): DescentBlock;
  close(): Promise<void>;
}

/**
 * Steps between two looks at a vector's size: it may shrink to 2^−53 a step, where cancellation leaves rounding alone, and
 * must not grow by more than 2^200 in all, beside what splitting adds.
 */
const mostPatience = 16;
const growthBits = { unwatched: 200, most: 600 };
const turnMilliseconds = 20;
/** Of X, so that there is room beside it in the 4 GiB of a module. */
const mostBytes = 2 ** 31;

/**
 * With one lane the work is done on this thread, with more in as many threads. Throws a RangeError on fewer than one, on a
 * scale that is too large, and where X does not fit into a module.
 */
export async function openDescent(problem: DescentProblem, threads: number): Promise<Descent> {
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`threads: expected a whole number of at least 1, got ${threads}`);
  }
  const patience = patienceFor(problem);
  const module = await compileDescentModule();
  const instance = instantiateDescent(module);
  const layout = layOut(problem, instance.heapStart());
  if (layout.end > mostBytes) {
    const { rows, columns } = problem.rows;
    throw new RangeError(`X: expected at most 2 GiB, got ${rows}×${columns}: use fewer samples`);
  }
  const runners: Runner[] =
    threads === 1
      ? [ownThread(instance)]
      : await Promise.all(Array.from({ length: threads }, () => startWasmWorker<DescentFunctions>(module)));
  const load = loadCommand(problem, layout);
  await Promise.all(runners.map((runner) => runner.run(load)));
  return {
    recordLength: layout.recordLength,
    lanes: runners.map((runner) => ({
      async run(block, segments) {
        const records = new Float64Array(segments.length * block.count * layout.recordLength);
        await runner.run(advanceCommand(problem, patience, layout, block, segments, records));
        return records;
      },
    })),
    begin: (starts, identities) => beginBlock(starts, identities, layout),
    close: async () => void (await Promise.all(runners.map((runner) => runner.end()))),
  };
}

interface Runner {
  run(command: Command<DescentFunctions>): Promise<void>;
  end(): Promise<void>;
}

function ownThread(instance: DescentInstance): Runner {
  let turn = performance.now();
  return {
    async run(command) {
      runCommand(instance, command);
      if (performance.now() - turn < turnMilliseconds) return;
      // a turn of the event loop, so that an interrupt arrives
      await new Promise((resolve) => setTimeout(resolve, 0));
      turn = performance.now();
    },
    end: async () => {},
  };
}

/** A step multiplies a vector by at most 1 + s·B·max ‖X_i‖². */
function patienceFor({ rows, outputs, batchSize, scale }: DescentProblem): number {
  const size = outputs * rows.columns;
  let largest = 0;
  for (let start = 0; start < rows.data.length; start += size) {
    let square = 0;
    for (let k = start; k < start + size; k++) square += rows.data[k] * rows.data[k];
    if (!(square <= largest)) largest = square;
  }
  const bits = Math.log2(1 + scale * batchSize * largest);
  if (!(bits <= growthBits.most)) {
    throw new RangeError(`scale: a step of ${scale} multiplies a vector by more than 2^${growthBits.most}`);
  }
  return Math.max(1, Math.min(mostPatience, Math.floor(growthBits.unwatched / bits)));
}
