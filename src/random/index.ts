/**
 * Random numbers from named, splittable streams: the same seed and names give the same numbers.
 *
 * @module
 */
export { createStream } from "./philoxStream.ts";
export type { RandomStream } from "./stream.ts";
