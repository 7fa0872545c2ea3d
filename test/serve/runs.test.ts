import { appendFileSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MetricsPart, ReproductionDetails, RunDetails, RunList } from "../../src/serve/api.ts";
import { readMetricsAfter } from "../../src/serve/metricsTail.ts";
import { type ExplorerServer, serveExplorer } from "../../src/serve/server.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { ask, askJson, lines, row, serve, summaryAt, writeAll, writeManifest, writeRun } from "./serving.ts";

const scratch = scratchFolder();
let folders: { readonly build: string; readonly runs: string };
let server: ExplorerServer & AsyncDisposable;
beforeAll(async () => {
  folders = writeAll(scratch.path);
  server = await serve(folders);
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const rowsFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => row(from + k));
const idOf = async (path: string) => (await summaryAt(server.address, path)).id;

describe("runs and reproductions", () => {
  test("are found with how far they have come", async () => {
    const { runs } = await askJson<RunList>(server.address, "/api/runs");
    const found = runs.map(({ id: _, changed: __, ...rest }) => rest);
    const common = { kind: "run", data: "classes.npz", model: "fnn", parameters: 26, steps: 40 };
    expect(found).toHaveLength(3);
    // the last row is further than the manifest
    expect(found).toContainEqual({
      ...common,
      name: "first",
      path: "runs/first",
      state: "running",
      step: 19,
    });
    expect(found).toContainEqual({
      ...common,
      name: "second run",
      path: "runs/second run",
      state: "finished",
      step: 40,
    });
    expect(found).toContainEqual({
      kind: "reproduction",
      name: "reproduction",
      path: "reproduction",
      experiments: [
        { id: "linear-alignment", verdict: "holds" },
        { id: "stability", verdict: null },
      ],
    });
  });

  test("with when the last of their files was written", async () => {
    const [before, after] = ["2023-10-01T08:00:00.000Z", "2023-10-02T09:30:00.000Z"];
    const written: [string, string][] = [
      ["runs/first/metrics.jsonl", before],
      ["runs/first/manifest.json", after],
      ["runs/second run/manifest.json", before],
      ["runs/second run/metrics.jsonl", after],
      ["reproduction/linear-alignment/trials.jsonl", before],
      ["reproduction/linear-alignment/result.json", before],
      ["reproduction/stability/trials.jsonl", after],
    ];
    for (const [file, at] of written) utimesSync(join(folders.runs, file), new Date(at), new Date(at));
    const { runs } = await askJson<RunList>(server.address, "/api/runs");
    expect(runs.map(({ changed }) => changed)).toEqual([after, after, after]);
  });

  test("those that cannot be read are named, not left out in silence", async () => {
    const paths = ["runs/cut off", "runs/of another version", "sweeps/cut off"];
    for (const path of paths) mkdirSync(join(folders.runs, path, "checkpoints"), { recursive: true });
    writeFileSync(join(folders.runs, paths[0], "manifest.json"), '{ "schema": 1, "comm');
    writeFileSync(join(folders.runs, paths[1], "manifest.json"), '{ "schema": 2, "command": "train" }');
    writeFileSync(join(folders.runs, paths[2], "sweep.json"), "{");
    const { runs, unreadable } = await askJson<RunList>(server.address, "/api/runs");
    expect(runs).toHaveLength(3);
    expect([...unreadable].sort()).toEqual(paths);
    for (const path of paths) rmSync(join(folders.runs, path), { recursive: true });
    expect((await askJson<RunList>(server.address, "/api/runs")).unreadable).toEqual([]);
  });

  test("in full", async () => {
    const run = await askJson<RunDetails>(server.address, `/api/runs/${await idOf("runs/first")}`);
    expect(run.manifest.config).toEqual({ model: { name: "fnn", hidden: [4] }, steps: 40 });
    const id = await idOf("reproduction");
    const { results } = await askJson<ReproductionDetails>(server.address, `/api/runs/${id}`);
    expect(Object.keys(results)).toEqual(["linear-alignment"]);
    expect(results["linear-alignment"]).toMatchObject({ verdict: "holds" });
  });

  test("a run or a reproduction may be the folder itself", async () => {
    for (const name of ["reproduction", join("runs", "first")]) {
      await using alone = await serve({ ...folders, runs: join(folders.runs, name) });
      const { runs } = await askJson<RunList>(alone.address, "/api/runs");
      expect(runs.map(({ path }) => path)).toEqual(["."]);
    }
  });

  test("404 for what is not there, 400 for a cursor of somebody's own", async () => {
    const run = await idOf("runs/first");
    const reproduction = await idOf("reproduction");
    for (const path of [
      "/api",
      "/api/x",
      "/api/runs/x",
      `/api/runs/${run}/x`,
      `/api/runs/${run}/metrics/x`,
    ]) {
      expect((await ask(server.address, path)).status, path).toBe(404);
    }
    expect((await ask(server.address, `/api/runs/${reproduction}/metrics`)).status).toBe(404);
    for (const cursor of ["", "1", "-1", "x-1", "1-1-1", "1e3-4", "9".repeat(50)]) {
      expect((await ask(server.address, `/api/runs/${run}/metrics?after=${cursor}`)).status, cursor).toBe(
        400,
      );
    }
  });
});

describe("metrics bit by bit", () => {
  test("however the log grows and however little is read at a time: every whole row once, in order", async () => {
    const folder = join(scratch.path, "growing");
    mkdirSync(folder);
    const text = lines(0, 30);
    const cuts = fc.array(fc.nat({ max: text.length }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.integer({ min: 80, max: 400 }), async (places, limit) => {
        const log = join(folder, "metrics.jsonl");
        rmSync(log, { force: true });
        let cursor: string | undefined;
        const seen = [];
        let from = 0;
        for (const to of [...places.sort((a, b) => a - b), text.length]) {
          appendFileSync(log, text.slice(from, to));
          from = to;
          let part: MetricsPart;
          do {
            part = await readMetricsAfter(folder, [], cursor, limit);
            expect(part.fromStart).toBe(seen.length === 0);
            cursor = part.cursor;
            seen.push(...part.rows);
          } while (!part.complete);
          expect(seen).toEqual(rowsFrom(0, text.slice(0, to).split("\n").length - 1));
        }
      }),
    );
  });

  test("a log written anew is begun anew; a line that is no row ends it", async () => {
    const folder = join(folders.runs, "anew");
    writeRun(folder, 10);
    const path = `/api/runs/${await idOf("anew")}/metrics`;
    const first = await askJson<MetricsPart>(server.address, path);
    expect(first).toMatchObject({ rows: rowsFrom(0, 10), fromStart: true, complete: true });
    writeFileSync(join(folder, "other"), lines(0, 12));
    renameSync(join(folder, "other"), join(folder, "metrics.jsonl"));
    const again = await askJson<MetricsPart>(server.address, `${path}?after=${first.cursor}`);
    expect(again).toMatchObject({ rows: rowsFrom(0, 12), fromStart: true });
    // within a line: nobody has been given that
    const inside = again.cursor.replace(/\d+$/, "5");
    expect(await askJson(server.address, `${path}?after=${inside}`)).toEqual(again);
    appendFileSync(join(folder, "metrics.jsonl"), `null\n${lines(12, 13)}`);
    expect(await askJson(server.address, `${path}?after=${again.cursor}`)).toMatchObject({
      rows: [],
      complete: true,
    });
  });
});

describe("live", () => {
  /** Reads a stream until it ends or `done`. */
  function listen(path: string, headers: Readonly<Record<string, string>> = {}) {
    let text = "";
    const events = () =>
      text
        .split("\n\n")
        .slice(0, -1)
        .map((block) => Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/, 2))));
    const rows = () => events().flatMap(({ event, data }) => (event === "rows" ? JSON.parse(data).rows : []));
    const request = get(new URL(path, server.address), { headers, agent: false });
    const ended = new Promise<void>((resolve) => {
      request.on("response", (response) => {
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("close", resolve).on("error", () => {});
      });
      request.on("error", () => resolve());
    });
    return { events, rows, ended, leave: () => request.destroy() };
  }

  const stateIn = ({ events }: ReturnType<typeof listen>) =>
    JSON.parse(events().findLast(({ event }) => event === "state")!.data);

  test("rows come as they are written, half lines when they are whole, and a reader who comes back goes on", async () => {
    const folder = join(folders.runs, "live");
    writeRun(folder, 3);
    const path = `/api/runs/${await idOf("live")}/live`;
    const stream = listen(path);
    await expect.poll(stream.rows).toEqual(rowsFrom(0, 3));
    const log = join(folder, "metrics.jsonl");
    const [line] = lines(3, 4).split("\n");
    appendFileSync(log, line.slice(0, 9));
    // the state is told after the rows: the half line has been looked at
    writeManifest(folder, { status: "interrupted" });
    await expect.poll(() => stateIn(stream)).toMatchObject({ state: "interrupted" });
    expect(stream.rows()).toEqual(rowsFrom(0, 3));
    appendFileSync(log, `${line.slice(9)}\n`);
    await expect.poll(stream.rows).toEqual(rowsFrom(0, 4));
    for (let step = 4; step < 60; step++) {
      appendFileSync(log, lines(step, step + 1));
      if (step % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await expect.poll(stream.rows).toEqual(rowsFrom(0, 60));
    writeManifest(folder, { status: "finished", step: 60 });
    await expect.poll(() => stateIn(stream)).toEqual({ schema: 1, state: "finished", step: 60 });

    const { id } = stream.events().find(({ event }) => event === "rows")!;
    stream.leave();
    await stream.ended;
    const back = listen(path, { "last-event-id": id });
    await expect.poll(back.rows).toEqual(rowsFrom(3, 60));
    // the run is removed: the stream ends
    rmSync(folder, { recursive: true });
    await back.ended;
  });

  test("heartbeats in silence", async () => {
    await using quiet = await serve({ ...folders, heartbeatEvery: 30 });
    const id = await idOf("runs/first");
    const stream = listen(new URL(`/api/runs/${id}/live`, quiet.address).href);
    await expect.poll(() => stream.events().filter((event) => "" in event).length).toBeGreaterThan(2);
    stream.leave();
  });

  test("many at a time; closing ends them all, and the port is free again", async () => {
    // closing waits neither for a look nor for a heartbeat: the next ones would be in weeks
    const weeks = 2 ** 31 - 1;
    const crowded = await serve({ ...folders, pollEvery: weeks, heartbeatEvery: weeks });
    const id = await idOf("runs/first");
    const path = new URL(`/api/runs/${id}/live`, crowded.address).href;
    const streams = Array.from({ length: 100 }, () => listen(path));
    for (const { rows } of streams) await expect.poll(rows).toHaveLength(20);
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(crowded.address, "/api/runs")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await crowded.close();
    await Promise.all(streams.map(({ ended }) => ended));
    await using _again = await serve({ ...folders, port: Number(new URL(crowded.address).port) });
  });
});

describe("what cannot be served", () => {
  test.each([
    [
      { runs: "nowhere" },
      /nowhere: expected a folder with runs, got no such file or folder; check the path$/,
    ],
    [
      { runs: "build" },
      /build: expected a folder of noisegeo train, sweep or reproduce, .* got none; check the path$/,
    ],
    [{ build: "served" }, /served: expected the explorer's pages, got none; build them with npm run build:/],
    [{ host: "192.0.2.1" }, /^--host 192\.0\.2\.1: expected an address of this machine, got EADDRNOTAVAIL$/],
  ])("%o", async (change, message) => {
    const { build = "build", runs = "served", host = "127.0.0.1" } = change as Record<string, string>;
    const place = (name: string) => join(scratch.path, name);
    await expect(serveExplorer({ build: place(build), runs: place(runs), host })).rejects.toThrow(message);
  });

  test("a port in use", async () => {
    const port = Number(new URL(server.address).port);
    await expect(serveExplorer({ ...folders, port })).rejects.toThrow(
      `--port ${port}: expected a free port of 127.0.0.1, got one in use; choose another`,
    );
  });
});
