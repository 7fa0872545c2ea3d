import type {
  ApiMetricsRow,
  LiveState,
  MetricsPart,
  RunDetails,
  RunSummary,
} from "../../../../src/serve/api.ts";
import { type RunsServer, Unanswered } from "./server.ts";

/** A run that is looked at: its rows as they come. */
export interface FollowedRun {
  readonly id: string;
  /** Undefined until the first answer. */
  readonly details: RunDetails | undefined;
  /** In the order of the steps; a new array whenever it has grown. */
  readonly rows: readonly ApiMetricsRow[];
  /** State and step by the last that was heard. */
  readonly heard: LiveState | undefined;
  readonly isLoaded: boolean;
  readonly failure: string | undefined;
  /** What the list says of it now, and whether a stream may be kept open for it. */
  told(summary: RunSummary, mayStream: boolean): void;
  close(): void;
}

/** Milliseconds between two drawings of rows that stream in. */
const showEvery = 400;

export function followRun(server: RunsServer, id: string): FollowedRun {
  const held: ApiMetricsRow[] = [];
  let cursor: string | undefined;
  let rows = $state.raw<readonly ApiMetricsRow[]>([]);
  let details = $state.raw<RunDetails>();
  let heard = $state.raw<LiveState>();
  let isLoaded = $state(false);
  let failure = $state<string>();
  let stream: EventSource | undefined;
  let showing: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  let isClosed = false;
  let isLive = false;
  /** What the rows held are up to. */
  let readAt = "";

  function take(part: MetricsPart): void {
    if (part.fromStart) {
      // a log that has been written anew may be of another configuration
      if (held.length > 0) void describe();
      held.length = 0;
    }
    for (const row of part.rows) held.push(row);
    cursor = part.cursor;
    showing ??= setTimeout(show, showEvery);
  }

  function show(): void {
    clearTimeout(showing);
    showing = undefined;
    rows = [...held];
  }

  async function describe(): Promise<void> {
    await attempt(async () => {
      details = (await server.details(id)) as RunDetails;
    });
  }

  async function read(changed: string): Promise<void> {
    isReading = true;
    await attempt(async () => {
      if (!details || isLoaded) details = (await server.details(id)) as RunDetails;
      for (;;) {
        const part = await server.metrics(id, cursor);
        if (isClosed) return;
        take(part);
        if (part.complete) break;
      }
      readAt = changed;
      isLoaded = true;
      show();
    });
    isReading = false;
    if (isLive && isLoaded && !stream && !isClosed) open();
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      failure = undefined;
    } catch (error) {
      // the list says that the server does not answer
      if (!(error instanceof Unanswered)) failure = error instanceof Error ? error.message : String(error);
    }
  }

  function open(): void {
    stream = new EventSource(server.liveAddress(id, cursor));
    stream.addEventListener("rows", ({ data }: MessageEvent<string>) => take(JSON.parse(data)));
    stream.addEventListener("state", ({ data }: MessageEvent<string>) => {
      heard = JSON.parse(data) as LiveState;
    });
  }

  function closeStream(): void {
    stream?.close();
    stream = undefined;
    heard = undefined;
  }

  return {
    id,
    get details() {
      return details;
    },
    get rows() {
      return rows;
    },
    get heard() {
      return heard;
    },
    get isLoaded() {
      return isLoaded;
    },
    get failure() {
      return failure;
    },
    told({ changed, state }, mayStream) {
      isLive = state === "running" && mayStream;
      if (!isLive || stream?.readyState === EventSource.CLOSED) closeStream();
      // rows come by themselves, and not from two sides
      if (stream || isReading) return;
      if (isLive && isLoaded) open();
      else if (!isLoaded || changed !== readAt) void read(changed);
    },
    close() {
      isClosed = true;
      clearTimeout(showing);
      closeStream();
    },
  };
}
