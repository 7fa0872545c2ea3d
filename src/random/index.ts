export { createStream } from "./philoxStream.ts";
export type { RandomStream } from "./stream.ts";
