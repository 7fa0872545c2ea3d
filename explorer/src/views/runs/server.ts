import { InputError } from "../../../../src/inputError.ts";
import type { ApiError, Details, MetricsPart, RunList, Versioned } from "../../../../src/serve/api.ts";

/** What `noisegeo explore DIR` serves beside the page (docs/explore.md). */
export interface RunsServer {
  /** Everything there is, and the time that it is there. */
  list(): Promise<Pick<RunList, "runs" | "unreadable"> & { readonly now: number }>;
  details(id: string): Promise<Details>;
  metrics(id: string, cursor: string | undefined): Promise<MetricsPart>;
  /** JSON of a file of it. */
  file<T>(id: string, path: string): Promise<T>;
  fileAddress(id: string, path: string): string;
  /** Of the server-sent events of a run. */
  liveAddress(id: string, cursor: string | undefined): string;
}

/** Where the page is served with runs: what its <meta name="noisegeo-runs"> says; undefined elsewhere. */
export function servedRuns(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="noisegeo-runs"]')?.content;
}

/** The server has not answered at all: it may have ended, or the network is down. */
export class Unanswered extends Error {}

/** Milliseconds after which a server that says nothing counts as gone. */
const patience = 20_000;

export function openServer(api: string): RunsServer {
  const after = (cursor: string | undefined) => (cursor === undefined ? "" : `?after=${cursor}`);
  const fileAddress = (id: string, path: string) =>
    `files/${id}/${path.split("/").map(encodeURIComponent).join("/")}`;
  return {
    async list() {
      const response = await ask(api);
      const { runs, unreadable } = await read<RunList>(response);
      // by the server's clock, which has stamped the files
      return { runs, unreadable, now: Date.parse(response.headers.get("date") ?? "") || Date.now() };
    },
    details: async (id) => read(await ask(`${api}/${id}`)),
    metrics: async (id, cursor) => read(await ask(`${api}/${id}/metrics${after(cursor)}`)),
    file: async (id, path) => (await ask(fileAddress(id, path))).json(),
    fileAddress,
    liveAddress: (id, cursor) => `${api}/${id}/live${after(cursor)}`,
  };
}

async function ask(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(patience) });
  } catch {
    throw new Unanswered("the server does not answer");
  }
  if (response.ok) return response;
  const answer = (await response.json().catch(() => undefined)) as ApiError | undefined;
  throw new InputError(
    response.status === 404
      ? "what is opened is not in the folder any more; choose something else"
      : `the server says: ${answer?.error ?? response.statusText}`,
  );
}

async function read<T extends Versioned>(response: Response): Promise<T> {
  const document = (await response.json().catch(() => {
    throw new Unanswered("the server broke off its answer");
  })) as T;
  if (document.schema === 1) return document;
  throw new InputError(
    `expected answers of schema 1, got ${document.schema}: page and server are of different versions; reload the page`,
  );
}
