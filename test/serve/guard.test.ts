import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExplorerServer } from "../../src/serve/server.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { ask, serve, summaryAt, writeAll } from "./serving.ts";

const scratch = scratchFolder();
let folders: { readonly build: string; readonly runs: string };
let server: ExplorerServer;
let port: string;
let run: string;
beforeAll(async () => {
  folders = writeAll(scratch.path);
  server = await serve(folders);
  port = new URL(server.address).port;
  run = (await summaryAt(server.address, "runs/first")).id;
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const everyKind = () => [
  "/",
  "/assets/index-Bc0.js",
  "/api/runs",
  `/api/runs/${run}`,
  `/api/runs/${run}/metrics`,
  `/files/${run}/manifest.json`,
];

describe("who may ask", () => {
  const statusOf = async (path: string, headers: Readonly<Record<string, string>>) =>
    (await ask(server.address, path, { headers })).status;

  test("this machine by its names, with the port", async () => {
    for (const path of everyKind()) {
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
        expect(await statusOf(path, { host })).toBe(200);
        expect(await statusOf(path, { host, origin: `http://${host.toLowerCase()}` })).toBe(200);
      }
    }
  });

  test("no other name, so that no site rebinds its own to here", async () => {
    const hosts = [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      "localhost:1",
      `localhost.evil.example:${port}`,
    ];
    hosts.push(
      `127.0.0.1.nip.io:${port}`,
      `user@127.0.0.1:${port}`,
      `0.0.0.0:${port}`,
      `${hostname()}x:${port}`,
    );
    for (const path of everyKind()) {
      for (const host of hosts) expect(await statusOf(path, { host }), host).toBe(403);
    }
  });

  test("no page from elsewhere", async () => {
    const origins = [
      "http://evil.example",
      `https://127.0.0.1:${port}`,
      "http://127.0.0.1",
      "null",
      "file://",
    ];
    // of this machine, but not where the request goes
    origins.push("http://127.0.0.1:1", `http://localhost:${port}`);
    for (const path of everyKind()) {
      for (const origin of origins) expect(await statusOf(path, { origin }), origin).toBe(403);
    }
  });

  test("only to read", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) {
      for (const path of everyKind()) {
        const { status, headers } = await ask(server.address, path, { method });
        expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
      }
    }
  });

  test("with --host also by that name, or by every address of the machine", async () => {
    await using everywhere = await serve({ ...folders, host: "0.0.0.0" });
    const { port } = new URL(everywhere.address);
    const there = `http://127.0.0.1:${port}/`;
    for (const [host, status] of [
      [`127.0.0.1:${port}`, 200],
      [`${hostname()}:${port}`, 200],
      [`evil.example:${port}`, 403],
      [`192.0.2.1:${port}`, 403],
    ] as const) {
      expect((await ask(there, "/api/runs", { headers: { host } })).status, host).toBe(status);
    }
  });
});

describe("headers", () => {
  test("every answer keeps to itself", async () => {
    for (const path of [...everyKind(), "/nowhere", "/../x"]) {
      const { headers } = await ask(server.address, path);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers).not.toHaveProperty("access-control-allow-origin");
      expect(headers).not.toHaveProperty("x-powered-by");
    }
  });

  test("scripts run in the explorer only", async () => {
    expect((await ask(server.address, "/")).headers["content-security-policy"]).toContain(
      "script-src 'self'",
    );
    const file = await ask(server.address, `/files/${run}/manifest.json`);
    expect(file.headers["content-security-policy"]).not.toContain("script-src");
  });

  test("the page may ask this server where there are runs, and nobody where there are none", async () => {
    const withRuns = await ask(server.address, "/");
    expect(withRuns.headers["content-security-policy"]).toContain("connect-src 'self'");
    expect(withRuns.body).toContain("connect-src 'self'");
    expect(withRuns.body).toContain('<meta name="noisegeo-runs" content="api/runs">');

    await using alone = await serve({ build: folders.build });
    const page = await ask(alone.address, "/");
    expect(page.headers["content-security-policy"]).toContain("connect-src 'none'");
    expect(page.body).toContain("connect-src 'none'");
    expect(page.body).not.toContain("noisegeo-runs");
    for (const path of everyKind().slice(2)) expect((await ask(alone.address, path)).status).toBe(404);
  });

  test("HEAD has the headers of GET and no body", async () => {
    for (const path of [...everyKind(), "/nowhere"]) {
      const { date: _, ...get } = (await ask(server.address, path)).headers;
      const head = await ask(server.address, path, { method: "HEAD" });
      const { date: __, ...headers } = head.headers;
      expect(headers).toEqual(get);
      expect(head.body).toBe("");
    }
  });
});
