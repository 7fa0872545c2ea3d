/** A folder with a run, a reproduction and a secret beside it, served; requests that are sent exactly as they are written. */
import { mkdirSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import type { RunList, Summary } from "../../src/serve/api.ts";
import { type ExplorerServer, type ServeOptions, serveExplorer } from "../../src/serve/server.ts";
import { putInPlace } from "./putInPlace.ts";

/** In files that nobody may be given. */
export const secret = "the-secret-beside-the-folder";

const manifest = {
  schema: 1,
  command: "train",
  version: "0.1.0",
  config: { model: { name: "fnn", hidden: [4] }, steps: 40 },
  data: "classes.npz",
  parameters: 26,
  kernels: { name: "wasm", description: "WebAssembly", threads: 1 },
  status: "running",
  step: 8,
  seconds: 1,
};

export function row(step: number): { step: number; loss: number; undefined: null } {
  return { step, loss: 1 / (step + 1), undefined: null };
}

export function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, k) => `${JSON.stringify(row(from + k))}\n`).join("");
}

export function writeManifest(folder: string, change: Partial<typeof manifest>): void {
  putInPlace(join(folder, "manifest.json"), JSON.stringify({ ...manifest, ...change }));
}

export function writeRun(folder: string, rows: number, change: Partial<typeof manifest> = {}): void {
  mkdirSync(join(folder, "checkpoints"), { recursive: true });
  writeManifest(folder, change);
  writeFileSync(join(folder, "metrics.jsonl"), lines(0, rows));
  writeFileSync(join(folder, "checkpoints", "step-000000008.safetensors"), "weights");
}

function writeReproduction(folder: string): void {
  for (const part of ["figures", "data", "linear-alignment", "stability"]) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  const result = { id: "linear-alignment", claim: "μ is 1", verdict: "holds", evidence: {} };
  writeFileSync(join(folder, "linear-alignment", "result.json"), JSON.stringify(result));
  writeFileSync(join(folder, "linear-alignment", "trials.jsonl"), "{}\n");
  writeFileSync(join(folder, "linear-alignment", "record.json"), "{}");
  writeFileSync(join(folder, "stability", "trials.jsonl"), "{}\n");
  writeFileSync(join(folder, "figures", "linear-alignment-mu.svg"), "<svg><script>alert(1)</script></svg>");
  writeFileSync(join(folder, "data", "linear-alignment.parquet"), "PAR1");
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>reproduction</title>");
}

function writeBuild(folder: string): void {
  mkdirSync(join(folder, "assets"), { recursive: true });
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; connect-src 'none'">`;
  writeFileSync(join(folder, "index.html"), `<!doctype html>\n<head>\n${policy}</head>explorer`);
  writeFileSync(join(folder, "assets", "index-Bc0.js"), "export {};");
}

/** Below `scratch`: build/, served/ with runs/first, runs/second and reproduction/, and secrets beside and hidden in it. */
export function writeAll(scratch: string): { readonly build: string; readonly runs: string } {
  const runs = join(scratch, "served");
  writeBuild(join(scratch, "build"));
  writeRun(join(runs, "runs", "first"), 20);
  writeRun(join(runs, "runs", "second run"), 0, { status: "finished", step: 40 });
  writeReproduction(join(runs, "reproduction"));
  for (const name of ["secret.json", "manifest.json", "secret.html", "secret"]) {
    writeFileSync(join(scratch, name), JSON.stringify({ ...manifest, secret }));
  }
  writeFileSync(join(runs, "runs", "first", ".hidden.json"), JSON.stringify(secret));
  writeFileSync(join(runs, "runs", "first", "notes.txt"), secret);
  return { build: join(scratch, "build"), runs };
}

export function serve(options: ServeOptions): Promise<ExplorerServer & AsyncDisposable> {
  return serveExplorer({ pollEvery: 20, ...options }).then((server) => ({
    ...server,
    [Symbol.asyncDispose]: () => server.close(),
  }));
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends the path as it stands, without the tidying that `fetch` does. */
export function ask(
  address: string,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        body += chunk;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("error", reject).end();
  });
}

export async function askJson<T>(address: string, path: string): Promise<T> {
  return JSON.parse((await ask(address, path)).body) as T;
}

export async function summaryAt(address: string, path: string): Promise<Summary> {
  const { runs } = await askJson<RunList>(address, "/api/runs");
  return runs.find((run) => run.path === path)!;
}
