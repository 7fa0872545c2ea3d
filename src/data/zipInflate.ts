/** Raw deflate (RFC 1951), streaming: by zlib in Node, by DecompressionStream elsewhere. */
import { InputError } from "../inputError.ts";

/**
 * The content of a raw deflate stream, in pieces. Stops, and releases `chunks`, when the caller stops asking.
 * Throws an InputError that starts with `name` where the stream is damaged; InputErrors and
 * RangeErrors of `chunks` pass through.
 */
export async function* inflate(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  name: string,
  platform: "node" | "web" = "process" in globalThis ? "node" : "web",
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* platform === "node" ? await inflateByZlib(chunks) : inflateByStream(chunks);
  } catch (error) {
    if (error instanceof InputError || error instanceof RangeError) throw error;
    throw new InputError(
      `${name}: damaged compressed data: ${(error as Error).message}; save it again with numpy.savez`,
    );
  }
}

async function inflateByZlib(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { createInflateRaw } = await import("node:zlib");
  const { pipeline, Readable } = await import("node:stream");
  // The pipeline's error also reaches whoever iterates over its last stream.
  return pipeline(Readable.from(chunks), createInflateRaw({ chunkSize: 2 ** 18 }), () => {});
}

async function* inflateByStream(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  const reader = compressed.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
