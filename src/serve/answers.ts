import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ApiError, Versioned } from "./api.ts";
import { dataHeaders } from "./policy.ts";
import type { OpenFile } from "./servedFolder.ts";

/** A request and where its answer goes. HEAD gets the headers of GET and no body. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function answerJson<T extends Versioned>(exchange: Exchange, document: T, status = 200): void {
  answerText(exchange, `${JSON.stringify(document)}\n`, {
    status,
    headers: { ...dataHeaders, "content-type": "application/json" },
  });
}

export function answerError(exchange: Exchange, status: number, error: string): void {
  answerJson<ApiError>(exchange, { schema: 1, error }, status);
}

export function answerText(
  { request, response }: Exchange,
  text: string,
  { status = 200, headers }: { readonly status?: number; readonly headers: OutgoingHttpHeaders },
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** As it was when it was opened: what is appended meanwhile is left for the next time. Closes the file. */
export async function answerFile(
  { request, response }: Exchange,
  { handle, type, bytes }: OpenFile,
  headers: OutgoingHttpHeaders,
): Promise<void> {
  try {
    response.writeHead(200, { ...headers, "content-type": type, "content-length": bytes });
    if (request.method === "HEAD" || bytes === 0) response.end();
    else await pipeline(handle.createReadStream({ end: bytes - 1, autoClose: false }), response);
  } finally {
    await handle.close();
  }
}
