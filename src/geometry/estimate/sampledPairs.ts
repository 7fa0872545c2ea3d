import type { RandomStream } from "../../random/stream.ts";
import { type BlockGrams, blockSize } from "./blockGrams.ts";
import type { WeightedDraws } from "./draws.ts";
import type { KnownPart } from "./knownPart.ts";
import { type PairSums, pairSums } from "./pairSums.ts";

/** Independent blocks that an interval is taken over, at the least. */
const fewestBlocks = 64;

/** How many pairs are drawn, and how. */
export interface SamplingPlan {
  /** Pairs of draws within blocks: all blocks together. */
  readonly pairs: number;
  readonly blocks: number;
  /** m, the draws of one block. */
  readonly blockSamples: number;
}

/** At least `pairs` pairs in at least 64 blocks, each as large as pays. */
export function samplingPlan(pairs: number, outputs: number): SamplingPlan {
  const blockSamples = blockSize(outputs, Math.floor((1 + Math.sqrt(1 + (8 * pairs) / fewestBlocks)) / 2));
  const each = (blockSamples * (blockSamples - 1)) / 2;
  const blocks = Math.max(fewestBlocks, Math.ceil(pairs / each));
  return { pairs: blocks * each, blocks, blockSamples };
}

export interface SampledPairs {
  /** One unbiased set of sums a block. */
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
  const used = new Set<number>();
  for (let b = 0; b < blocks; b++) {
    options.signal?.throwIfAborted();
    const { samples, weights } = draw(blockSamples, options.stream.split(b));
    for (const sample of samples) used.add(sample);
    const block = { ...(await grams.of(samples)), weights };
    const whole = pairSums(block, population);
    sums.push(
      known
        ? withKnown(whole, pairSums({ ...block, gram: known.gramOf(samples) }, population), known.sums)
        : whole,
    );
    await options.onProgress?.((b + 1) / blocks);
  }
  return { sums, samplesUsed: used.size };
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
