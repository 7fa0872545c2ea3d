import { version } from "../version.ts";
import { answerError, answerFile, answerJson, answerText, type Exchange } from "./answers.ts";
import type { RunList } from "./api.ts";
import { findPlaces, type Place, pathOf } from "./catalog.ts";
import { detailsOf, summaryOf } from "./details.ts";
import { explorerPage, openExplorerFile } from "./explorerFiles.ts";
import { type LiveOptions, streamLive } from "./liveMetrics.ts";
import { isCursor, readMetricsAfter } from "./metricsTail.ts";
import { runFileTypes } from "./placeFiles.ts";
import { dataHeaders, explorerHeaders } from "./policy.ts";
import { namesOf, openWithin } from "./servedFolder.ts";

export interface Served {
  /** Of the explorer's static build. Both are real paths. */
  readonly build: string;
  /** With runs, sweeps and reproductions. */
  readonly runs: string | undefined;
  readonly live: Omit<LiveOptions, "cursor">;
}

/** Answers a request that the guard has let through. The addresses are those of docs/explore.md. */
export async function answer(exchange: Exchange, served: Served): Promise<void> {
  const [path, query = ""] = exchange.request.url!.split("?", 2);
  if (path === "/") return answerPage(exchange, served);
  const names = namesOf(path.slice(1));
  if (!names) return notFound(exchange);
  const [first, second, id, ...rest] = names;
  if (first === "index.html" && names.length === 1) return answerPage(exchange, served);
  if (first === "api") {
    if (second !== "runs" || served.runs === undefined) return notFound(exchange);
    if (id === undefined) return answerJson(exchange, await runList(served.runs));
    return answerRun(exchange, served, served.runs, id, rest, new URLSearchParams(query));
  }
  if (first === "files") return answerRunFile(exchange, served.runs, second, names.slice(2));
  return answerExplorerFile(exchange, served, names);
}

async function answerPage(exchange: Exchange, { build, runs }: Served): Promise<void> {
  const hasRuns = runs !== undefined;
  const page = await explorerPage(build, hasRuns);
  if (page === undefined) return notFound(exchange);
  answerText(exchange, page, {
    headers: {
      ...explorerHeaders(hasRuns ? "'self'" : "'none'"),
      "content-type": "text/html; charset=utf-8",
    },
  });
}

async function answerExplorerFile(
  exchange: Exchange,
  { build, runs }: Served,
  names: readonly string[],
): Promise<void> {
  const file = await openExplorerFile(build, names);
  if (!file) return notFound(exchange);
  await answerFile(exchange, file, explorerHeaders(runs === undefined ? "'none'" : "'self'"));
}

async function runList(root: string): Promise<RunList> {
  const places = await findPlaces(root);
  const found = await Promise.all(places.map((place) => summaryOf(root, place)));
  const runs = found.filter((summary) => summary !== undefined);
  runs.sort((a, b) => b.changed.localeCompare(a.changed) || a.path.localeCompare(b.path));
  const unreadable = places.filter((_, k) => !found[k]).map(pathOf);
  return { schema: 1, version, runs, unreadable };
}

async function answerRun(
  exchange: Exchange,
  { live }: Served,
  root: string,
  id: string,
  [part, ...more]: readonly string[],
  query: URLSearchParams,
): Promise<void> {
  const place = await placeOf(root, id);
  if (!place || more.length > 0) return notFound(exchange);
  if (part === undefined) {
    const details = await detailsOf(root, place);
    return details ? answerJson(exchange, details) : notFound(exchange);
  }
  if ((part !== "metrics" && part !== "live") || place.kind !== "run") return notFound(exchange);

  const cursor = resumedAt(exchange) ?? query.get("after") ?? undefined;
  if (cursor !== undefined && !isCursor(cursor)) {
    return answerError(exchange, 400, "after: expected a cursor of an earlier answer");
  }
  if (part === "metrics") return answerJson(exchange, await readMetricsAfter(root, place.names, cursor));
  const { request, response } = exchange;
  response.writeHead(200, { ...dataHeaders, "content-type": "text/event-stream; charset=utf-8" });
  if (request.method === "HEAD") response.end();
  else await streamLive(response, root, place, { ...live, cursor });
}

/** What a browser's EventSource sends when it comes back. */
function resumedAt({ request }: Exchange): string | undefined {
  const id = request.headers["last-event-id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

async function answerRunFile(
  exchange: Exchange,
  root: string | undefined,
  id: string | undefined,
  names: readonly string[],
): Promise<void> {
  const place = root !== undefined && id !== undefined ? await placeOf(root, id) : undefined;
  const file = place && (await openWithin(root!, [...place.names, ...names], runFileTypes));
  if (!file) return notFound(exchange);
  await answerFile(exchange, file, dataHeaders);
}

/** Looked for anew each time: runs come and go while the server stays. */
async function placeOf(root: string, id: string): Promise<Place | undefined> {
  return (await findPlaces(root)).find((place) => place.id === id);
}

function notFound(exchange: Exchange): void {
  answerError(exchange, 404, "nothing here");
}
