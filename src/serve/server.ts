import { setMaxListeners } from "node:events";
import { realpath } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileProblem } from "../fileProblem.ts";
import { InputError } from "../inputError.ts";
import { answerError, type Exchange } from "./answers.ts";
import { findPlaces } from "./catalog.ts";
import { guardFor, inAddress, type RequestGuard } from "./requestGuard.ts";
import { answer, type Served } from "./routes.ts";
import { isUnreachable, openWithin } from "./servedFolder.ts";

export interface ServeOptions {
  /** Folder of the explorer's static build. */
  readonly build: string;
  /** Folder with runs, sweeps and reproductions, or one of them itself. */
  readonly runs?: string | undefined;
  readonly host?: string;
  /** 0: one that is free. */
  readonly port?: number;
  /** Milliseconds between looks for new rows, where the system does not tell of them. */
  readonly pollEvery?: number;
  readonly heartbeatEvery?: number;
  /** Told of what went wrong with one request. */
  readonly note?: (line: string) => void;
}

export interface ExplorerServer {
  /** Of the explorer's page. */
  readonly address: string;
  /** Runs, sweeps and reproductions found at the start. */
  readonly found: number;
  /** Ends streams and connections; settles when the port is free again. */
  close(): Promise<void>;
}

/**
 * Serves the explorer and what a folder holds of runs, sweeps and reproductions, for reading only. Throws an InputError where the build
 * or the runs are not there or the port cannot be had.
 */
export async function serveExplorer({
  build,
  runs,
  host = "127.0.0.1",
  port = 0,
  pollEvery = 1000,
  heartbeatEvery = 15_000,
  note = () => {},
}: ServeOptions): Promise<ExplorerServer> {
  const ending = new AbortController();
  // one for every stream
  setMaxListeners(0, ending.signal);
  const served: Served = {
    build: await requireBuild(build),
    runs: runs === undefined ? undefined : await requireFolder(runs),
    live: { pollEvery, heartbeatEvery, signal: ending.signal },
  };
  const found = served.runs === undefined ? 0 : (await findPlaces(served.runs)).length;
  if (served.runs !== undefined && found === 0) {
    throw new InputError(
      `${runs}: expected a folder of noisegeo train, sweep or reproduce, or one that holds some, got none; check the path`,
    );
  }

  let guard: RequestGuard | undefined;
  const server = createServer((request, response) => {
    void respond({ request, response }, guard, served).catch((error: Error) => {
      // the reader has left, or the disk has failed
      if (!response.headersSent) answerError({ request, response }, 500, "this could not be read");
      else response.destroy();
      if (!request.destroyed) note(`${request.url}: ${error.message}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(asListenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  guard = guardFor(host, bound.port);
  return {
    address: `http://${inAddress(host)}:${bound.port}/`,
    found,
    close() {
      ending.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function respond(exchange: Exchange, guard: RequestGuard | undefined, served: Served): Promise<void> {
  const refusal = guard?.(exchange.request);
  if (!refusal) return answer(exchange, served);
  if (refusal.status === 405) exchange.response.setHeader("allow", "GET, HEAD");
  answerError(exchange, refusal.status, refusal.error);
}

async function requireBuild(folder: string): Promise<string> {
  const root = await realpath(folder).catch(() => undefined);
  const page = root === undefined ? undefined : await openWithin(root, ["index.html"], { ".html": "" });
  await page?.handle.close();
  if (root !== undefined && page) return root;
  throw new InputError(
    `${folder}: expected the explorer's pages, got none; build them with npm run build:explorer`,
  );
}

async function requireFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new InputError(`${folder}: expected a folder with runs, got ${fileProblem(error)}; check the path`);
  }
}

function asListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE" || error.code === "EACCES") {
    const found = error.code === "EADDRINUSE" ? "one in use" : "one not allowed";
    return new InputError(`--port ${port}: expected a free port of ${host}, got ${found}; choose another`);
  }
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EINVAL"].includes(error.code ?? "")) {
    return new InputError(`--host ${host}: expected an address of this machine, got ${error.code}`);
  }
  return error;
}
