import { readFile } from "node:fs/promises";
import { type FileTypes, type OpenFile, openWithin } from "./servedFolder.ts";

/** What a static build consists of. */
const types: FileTypes = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** A file of the explorer's build. @param root the build's folder, a real path */
export function openExplorerFile(root: string, names: readonly string[]): Promise<OpenFile | undefined> {
  return openWithin(root, names, types);
}

/**
 * The explorer's page. By itself it forbids every connection; where there are runs to look at it may ask the server that it came
 * from, and `<meta name="noisegeo-runs">` tells it where.
 */
export async function explorerPage(root: string, hasRuns: boolean): Promise<string | undefined> {
  const file = await openExplorerFile(root, ["index.html"]);
  if (!file) return undefined;
  try {
    const page = await readFile(file.handle, "utf8");
    if (!hasRuns) return page;
    return page
      .replace("connect-src 'none'", "connect-src 'self'")
      .replace(/<head>/i, '<head>\n<meta name="noisegeo-runs" content="api/runs">');
  } finally {
    await file.handle.close();
  }
}
