/** `noisegeo measure --memory`: what may be held at once, and how to measure within it. */
import { certificateLimit } from "../geometry/measure.ts";
import { tileSide } from "../geometry/tiles/tilePairs.ts";
import { InputError } from "../inputError.ts";
import type { Linearization } from "../models/linearization.ts";
import { shownSize } from "./memorySize.ts";

/** Numbers held for each of K at the worst moment: K, its scaled copy, eigenvectors and the work space of the eigensolver. */
const perEntry = { dense: 6, tile: 4 };
/** Of a network's samples, out of what may be held: larger data are read from their files. */
export function dataMemory(limit: number): number {
  return Math.floor(limit / 4);
}

/** Of a network: activations, and again the factors of a Gram matrix, out of what may be held. */
export function modelMemory(limit: number): number {
  return Math.min(128 * 2 ** 20, Math.floor(limit / 8));
}

/** What is held beside K, and what is asked that needs more than sums over tiles of it. */
interface MemoryNeeds {
  readonly inputBytes?: number | undefined;
  readonly certificate?: boolean;
  readonly stability?: boolean;
}

/**
 * Samples a side of tiles, or undefined where all of K may be held. Throws an InputError where not even tiles of one sample fit beside the
 * samples, or where all of K is needed and does not fit.
 */
export function tilesWithin(
  limit: number,
  linearization: Linearization & { blocks?(): unknown },
  { inputBytes = 0, certificate = false, stability = false }: MemoryNeeds,
): number | undefined {
  const { samples, outputs, parameters, loss } = linearization;
  const size = samples * outputs;
  const moments = linearization.blocks && (loss?.kind ?? "mse") === "mse" && parameters < size;
  const beside = inputBytes + 2 * modelMemory(limit) + 8 * (4 * parameters + 6 * size);
  // beside p×p moments the certificate forms K after all, up to its limit, and stability holds J in the eigenbasis of G
  const gram = !moments || (certificate && size <= certificateLimit);
  const rows = moments && stability ? size * parameters : 0;
  const dense = beside + 8 * (perEntry.dense * (gram ? size : parameters) ** 2 + rows);
  if (dense <= limit) return undefined;
  const needsGram = certificate ? "--certificate" : stability ? "--stability" : undefined;
  if (needsGram !== undefined) {
    throw new InputError(
      `--memory: expected at least ${shownSize(dense)} with ${needsGram}, which needs all of ${gram ? "K" : "J"}, got ${shownSize(limit)}; give more --memory, or leave ${needsGram} out`,
    );
  }
  const side = Math.floor(Math.sqrt((limit - beside) / 8 / perEntry.tile) / outputs);
  if (!(side >= 1)) {
    const least = beside + 8 * perEntry.tile * outputs ** 2;
    throw new InputError(
      `--memory: expected at least ${shownSize(least)} for ${samples} samples and ${parameters} parameters, got ${shownSize(limit)}; give more --memory, fewer --samples, or --estimate PAIRS with fewer samples`,
    );
  }
  return Math.min(side, samples, Math.max(tileSide(outputs), 1));
}
