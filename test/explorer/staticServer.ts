import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".html": "text/html",
  ".svg": "image/svg+xml",
};

export interface StaticServer {
  /** Of the folder's index.html, at some sub-path. */
  readonly address: string;
  close(): void;
}

/** Serves a folder below /some/where/, without any headers of its own, as any web server would. */
export async function serveFolder(folder: URL): Promise<StaticServer> {
  const base = "/some/where/";
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    try {
      if (!path.startsWith(base)) throw new Error("outside");
      const name = path.slice(base.length) || "index.html";
      const body = await readFile(new URL(name, folder));
      response.setHeader("content-type", types[extname(name)] ?? "application/octet-stream").end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}${base}`, close: () => void server.close() };
}
