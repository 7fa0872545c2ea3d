import type { RandomStream } from "../../random/stream.ts";
import { type BlockGrams, blockSize } from "./blockGrams.ts";
import type { WeightedDraws } from "./draws.ts";
import type { KnownPart } from "./knownPart.ts";
import { type PairSums, pairSums } from "./pairSums.ts";

/** Independent blocks that an interval is taken over, at the least. */
const fewestBlocks = 64;
/** Sums that are kept at the most, so that memory does not grow with the pairs; more of them would hardly narrow an interval. */
const mostSums = 512;

/** How many pairs are drawn, and how. */
export interface SamplingPlan {
  /** Pairs of draws within blocks: all blocks together. */
  readonly pairs: number;
  readonly blocks: number;
  /** m, the draws of one block. */
  readonly blockSamples: number;
}

/** At least `pairs` pairs in at least 64 blocks, each as large as pays; above 512, equally many for each of the sums kept. */
export function samplingPlan(pairs: number, outputs: number): SamplingPlan {
  const blockSamples = blockSize(outputs, Math.floor((1 + Math.sqrt(1 + (8 * pairs) / fewestBlocks)) / 2));
  const each = (blockSamples * (blockSamples - 1)) / 2;
  const wanted = Math.max(fewestBlocks, Math.ceil(pairs / each));
  const together = blocksTogether(wanted);
  const blocks = together * Math.ceil(wanted / together);
  return { pairs: blocks * each, blocks, blockSamples };
}

/** Blocks whose sums are kept as one. */
function blocksTogether(blocks: number): number {
  return Math.ceil(blocks / mostSums);
}

export interface SampledPairs {
  /** Unbiased sets of sums, at most 512: one a block, or the mean over equally many neighbouring blocks. */
  readonly sums: readonly PairSums[];
  /** Different samples drawn. */
  readonly samplesUsed: number;
}

/** Block b is drawn from the stream's child b: blocks do not depend on each other, nor on who takes them in which order. */
export async function sampledPairs(
  { blocks, blockSamples }: SamplingPlan,
  draw: (count: number, stream: RandomStream) => WeightedDraws,
  grams: BlockGrams,
  known: KnownPart | undefined,
  population: number,
  options: {
    readonly stream: RandomStream;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((fraction: number) => void | Promise<void>) | undefined;
  },
): Promise<SampledPairs> {
  const sums: PairSums[] = [];
  const together = blocksTogether(blocks);
  const used = new Uint8Array(population);
  for (let b = 0; b < blocks; b++) {
    options.signal?.throwIfAborted();
    const { samples, weights } = draw(blockSamples, options.stream.split(b));
    for (const sample of samples) used[sample] = 1;
    const block = { ...(await grams.of(samples)), weights };
    const whole = pairSums(block, population);
    const sum = known
      ? withKnown(whole, pairSums({ ...block, gram: known.gramOf(samples) }, population), known.sums)
      : whole;
    if (b % together === 0) sums.push(sum);
    else sums.push(meanOf(sums.pop()!, b % together, sum));
    await options.onProgress?.((b + 1) / blocks);
  }
  return { sums, samplesUsed: used.reduce((count, one) => count + one, 0) };
}

/** Mean of `count` sums, whose mean is `before`, and one more. */
function meanOf(before: PairSums, count: number, sum: PairSums): PairSums {
  const mean = (name: keyof PairSums) => before[name] + (sum[name] - before[name]) / (count + 1);
  return {
    frobeniusSquared: mean("frobeniusSquared"),
    alignedTrace: mean("alignedTrace"),
    trace: mean("trace"),
    noiseTrace: mean("noiseTrace"),
  };
}

/** whole − sampled + exact. */
function withKnown(whole: PairSums, sampled: PairSums, exact: PairSums): PairSums {
  return {
    frobeniusSquared: whole.frobeniusSquared - sampled.frobeniusSquared + exact.frobeniusSquared,
    alignedTrace: whole.alignedTrace - sampled.alignedTrace + exact.alignedTrace,
    trace: whole.trace - sampled.trace + exact.trace,
    noiseTrace: whole.noiseTrace - sampled.noiseTrace + exact.noiseTrace,
  };
}
