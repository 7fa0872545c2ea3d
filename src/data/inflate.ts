/** Raw deflate (RFC 1951) and gzip (RFC 1952), streaming: by zlib in Node, by DecompressionStream elsewhere. */
import { InputError } from "../inputError.ts";

type Compression = "deflate-raw" | "gzip";

interface InflateOptions {
  readonly format?: Compression;
  readonly platform?: "node" | "web";
}

/** What to do about damaged data: the members of archives are numpy's, gzip files were downloaded. */
const remedies = { "deflate-raw": "save it again with numpy.savez", gzip: "get the file again" } as const;

/**
 * The content of a compressed stream, in pieces. Stops, and releases `chunks`, when the caller stops asking.
 * Throws an InputError that starts with `name` where the stream is damaged; InputErrors and
 * RangeErrors of `chunks` pass through.
 */
export async function* inflate(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  name: string,
  { format = "deflate-raw", platform = "process" in globalThis ? "node" : "web" }: InflateOptions = {},
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* platform === "node" ? await inflateByZlib(chunks, format) : inflateByStream(chunks, format);
  } catch (error) {
    if (error instanceof InputError || error instanceof RangeError) throw error;
    throw new InputError(
      `${name}: damaged compressed data: ${(error as Error).message}; ${remedies[format]}`,
    );
  }
}

async function inflateByZlib(
  chunks: AsyncIterable<Uint8Array>,
  format: Compression,
): Promise<AsyncIterable<Uint8Array>> {
  const { createGunzip, createInflateRaw } = await import(/* @vite-ignore */ "node:zlib");
  const create = format === "gzip" ? createGunzip : createInflateRaw;
  const { pipeline, Readable } = await import(/* @vite-ignore */ "node:stream");
  // The pipeline's error also reaches whoever iterates over its last stream.
  return pipeline(Readable.from(chunks), create({ chunkSize: 2 ** 18 }), () => {});
}

async function* inflateByStream(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: Compression,
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
  const reader = compressed.pipeThrough(new DecompressionStream(format)).getReader();
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
