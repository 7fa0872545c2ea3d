import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReproductionDetails, RunDetails, RunList } from "../../src/serve/api.ts";
import type { ExplorerServer } from "../../src/serve/server.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { ask, askJson, secret, serve, summaryAt, writeAll } from "./serving.ts";

const scratch = scratchFolder();
let server: ExplorerServer;
let run: string;
let reproduction: string;

beforeAll(async () => {
  const folders = writeAll(scratch.path);
  const first = join(folders.runs, "runs", "first");
  symlinkSync(join(scratch.path, "secret.json"), join(first, "link.json"));
  symlinkSync(scratch.path, join(first, "out"));
  symlinkSync(join(first, "notes.txt"), join(first, "notes.json"));
  symlinkSync(join(first, "manifest.json"), join(first, "again.json"));
  symlinkSync("loop.json", join(first, "loop.json"));
  symlinkSync(join(scratch.path, "secret.json"), join(folders.build, "link.json"));
  // a run whose manifest, and one whose metrics, lie elsewhere
  for (const name of ["linked-manifest", "linked-metrics"]) {
    mkdirSync(join(folders.runs, name, "checkpoints"), { recursive: true });
  }
  symlinkSync(join(scratch.path, "manifest.json"), join(folders.runs, "linked-manifest", "manifest.json"));
  linkSync(join(first, "manifest.json"), join(folders.runs, "linked-metrics", "manifest.json"));
  writeFileSync(join(scratch.path, "rows.jsonl"), `${JSON.stringify({ step: 0, secret })}\n`);
  symlinkSync(join(scratch.path, "rows.jsonl"), join(folders.runs, "linked-metrics", "metrics.jsonl"));
  symlinkSync(join(scratch.path), join(folders.runs, "whole"));
  server = await serve(folders);
  run = (await summaryAt(server.address, "runs/first")).id;
  reproduction = (await summaryAt(server.address, "reproduction")).id;
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

test("files of runs, reproductions and the build are given out", async () => {
  const body = async (path: string) => {
    const answer = await ask(server.address, path);
    return [answer.status, answer.headers["content-type"], answer.body];
  };
  expect(await body(`/files/${run}/checkpoints/step-000000008.safetensors`)).toEqual([
    200,
    "application/octet-stream",
    "weights",
  ]);
  expect(await body(`/files/${reproduction}/data/linear-alignment.parquet`)).toEqual([
    200,
    "application/vnd.apache.parquet",
    "PAR1",
  ]);
  expect(await body("/assets/index-Bc0.js")).toEqual([200, "text/javascript; charset=utf-8", "export {};"]);
  // a link within the folder leads nowhere else
  expect((await ask(server.address, `/files/${run}/again.json`)).status).toBe(200);
});

test("what is listed is given out, and nothing else is listed", async () => {
  for (const id of [run, reproduction]) {
    const { files } = await askJson<RunDetails | ReproductionDetails>(server.address, `/api/runs/${id}`);
    for (const { path, bytes } of files) {
      const { status, body } = await ask(server.address, `/files/${id}/${path}`);
      expect([status, Buffer.byteLength(body)], path).toEqual([200, bytes]);
      expect(body).not.toContain(secret);
    }
    const hidden = files.filter(({ path }) => /hidden|notes|link|out|loop/.test(path));
    expect(hidden).toEqual([]);
    expect(files.length).toBe(id === run ? 4 : 7);
  }
});

describe("nothing outside of the folder is served", () => {
  const tricks = [
    "../secret.json",
    "../../../secret.json",
    "../../../../../../../../etc/passwd",
    "%2e%2e/%2e%2e/%2e%2e/secret.json",
    "%2E%2E%2F%2E%2E%2F%2E%2E%2Fsecret.json",
    "..%2f..%2f..%2fsecret.json",
    "..%5c..%5c..%5csecret.json",
    "..\\..\\..\\secret.json",
    "%252e%252e/%252e%252e/%252e%252e/secret.json",
    "%25252e%25252e%25252fsecret.json",
    "%c0%ae%c0%ae/%c0%ae%c0%ae/secret.json",
    "..%c0%af..%c0%afsecret.json",
    "%uff0e%uff0e/secret.json",
    "．．/．．/secret.json",
    "....//....//....//secret.json",
    "..;/..;/..;/secret.json",
    "./../../../secret.json",
    "//secret.json",
    "checkpoints/../../../../secret.json",
    "checkpoints//../manifest.json",
    "manifest.json/../../../../secret.json",
    "manifest.json%00",
    "notes.txt%00.json",
    "secret.json%00.html",
    ".hidden.json",
    "%2ehidden.json",
    "notes.txt",
    "notes.json",
    "link.json",
    "loop.json",
    "out/secret.json",
    "out/served/runs/first/manifest.json/",
    "out",
    "checkpoints",
    "checkpoints/",
    "C:/secret.json",
    "file:///etc/passwd",
    "manifest.json::$DATA",
    "manifest.json.",
    "manifest.json/",
    "%",
    "%zz",
    "%ff",
    "~/secret.json",
    "a".repeat(5000),
    "",
  ];
  const before = () => ["/", "/assets/", "/files/", `/files/${run}/`, `/files/${reproduction}/figures/`];

  test.each(tricks)("%s", async (trick) => {
    for (const prefix of before()) {
      if (trick === "" && prefix === "/") continue;
      const { status, body } = await ask(server.address, encodeURI(prefix) + asSent(trick));
      expect([400, 404], `${prefix}${trick}`).toContain(status);
      expect(body).not.toContain(secret);
    }
  });

  test("whole addresses and other schemes in the request line", async () => {
    for (const path of [`${server.address}secret.json`, "file:///etc/passwd", "*", "secret.json", "?x"]) {
      expect((await ask(server.address, path)).status).toBe(400);
    }
  });

  test("a run whose manifest or metrics are links to elsewhere", async () => {
    const { runs } = await askJson<RunList>(server.address, "/api/runs");
    expect(runs.map(({ path }) => path).sort()).toEqual([
      "linked-metrics",
      "reproduction",
      "runs/first",
      "runs/second run",
    ]);
    const { id } = await summaryAt(server.address, "linked-metrics");
    expect(await askJson(server.address, `/api/runs/${id}/metrics`)).toMatchObject({ rows: [] });
    expect((await ask(server.address, `/files/${id}/metrics.jsonl`)).status).toBe(404);
  });

  test("any path made of what such tricks are made of", async () => {
    const piece = fc.oneof(
      fc.constantFrom("..", ".", "/", "//", "\\", "%2e", "%2E%2e", "%2f", "%5c", "%00", "%25", "%252e", ";"),
      fc.constantFrom("out", "link.json", "secret.json", "secret", "notes.txt", ".hidden.json", "served"),
      fc.constantFrom("files", "api", "runs", "first", "metrics", "live?after=", "checkpoints", "?", "#"),
      fc.constantFrom("RUN", "REPRODUCTION", "manifest.json", "whole", "build", "linked-manifest"),
      fc.string({ unit: "grapheme", maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.constantFrom("", "/"), async (pieces, glue) => {
        const text = pieces.join(glue).replaceAll("REPRODUCTION", reproduction).replaceAll("RUN", run);
        const path = `/${asSent(text)}`;
        if (/^\/api\/runs\/.*\/live/.test(path)) return;
        const { status, body } = await ask(server.address, path);
        expect([200, 400, 404]).toContain(status);
        expect(body).not.toContain(secret);
        expect(body).not.toContain("root:");
      }),
      { numRuns: 1500 },
    );
  });
});

/** What HTTP cannot carry in a path is percent-encoded, the rest left alone. */
function asSent(text: string): string {
  return text.replace(/[^\u0021-\u007e]+/gu, (part) => encodeURIComponent(part));
}
