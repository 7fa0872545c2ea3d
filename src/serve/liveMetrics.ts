import { type FSWatcher, watch } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import type { LiveState, MetricsPart } from "./api.ts";
import type { Place } from "./catalog.ts";
import { summaryOf } from "./details.ts";
import { readMetricsAfter } from "./metricsTail.ts";

export interface LiveOptions {
  /** From where on: what /metrics or an earlier stream has given out. */
  readonly cursor: string | undefined;
  /** Milliseconds between looks where the system does not tell of changes. */
  readonly pollEvery: number;
  /** Milliseconds of silence after which a comment is sent. */
  readonly heartbeatEvery: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
}

/**
 * Server-sent events until the reader leaves, the run's folder goes away or `signal`: "rows" (`MetricsPart`, with its cursor as
 * the event's id, so that a reader who comes back goes on there) as rows are written, "state" (`LiveState`) at first and at changes.
 */
export async function streamLive(
  response: ServerResponse,
  root: string,
  place: Place,
  { cursor, pollEvery, heartbeatEvery, signal }: LiveOptions,
): Promise<void> {
  const changes = watchChanges(join(root, ...place.names), pollEvery);
  const stop = () => changes.close();
  signal.addEventListener("abort", stop);
  response.on("close", stop);
  let spoke = Date.now();
  const send = async (text: string) => {
    spoke = Date.now();
    // a reader that is slow is waited for: nothing piles up
    if (!response.write(text)) await drained(response);
  };
  try {
    let state = "";
    while (!signal.aborted && !response.destroyed) {
      const part = await readMetricsAfter(root, place.names, cursor);
      // an empty log has no beginning to tell of, but one written anew has
      const news = part.rows.length > 0 || (part.fromStart && cursor !== undefined && cursor !== part.cursor);
      if (news) await send(event("rows", part, part.cursor));
      cursor = part.cursor;
      const live = await liveState(root, place);
      if (!live) break;
      if (JSON.stringify(live) !== state) await send(event("state", live));
      state = JSON.stringify(live);
      if (!part.complete) continue;
      if (Date.now() - spoke >= heartbeatEvery) await send(": still here\n\n");
      await changes.next();
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
    response.end();
  }
}

async function liveState(root: string, place: Place): Promise<LiveState | undefined> {
  const summary = await summaryOf(root, place);
  if (summary?.kind !== "run") return undefined;
  return { schema: 1, state: summary.state, step: summary.step };
}

function event(name: string, data: MetricsPart | LiveState, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Settles when the response takes more, or is closed. */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

interface Changes {
  /** Settles at a change since the last call, or after a while. */
  next(): Promise<void>;
  close(): void;
}

/** Of a folder: told by the system where it can, and looked for every so often where it cannot (network disks) or misses some. */
function watchChanges(folder: string, every: number): Changes {
  let pending = false;
  let wake = () => {};
  const tell = () => {
    pending = true;
    wake();
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: false }, tell);
    watcher.on("error", () => watcher?.close());
  } catch {} // looked for then
  let closed = false;
  return {
    async next() {
      if (!pending && !closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, every);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = () => {};
      }
      pending = false;
    },
    close() {
      closed = true;
      watcher?.close();
      tell();
    },
  };
}
