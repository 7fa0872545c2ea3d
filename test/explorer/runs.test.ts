import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { meanInterval } from "../../src/geometry/interval.ts";
import type { MetricsRow } from "../../src/runs/train/metricsLog.ts";
import { type ExplorerServer, serveExplorer } from "../../src/serve/server.ts";
import { chromiumMissing } from "../browser/chromium.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { putInPlace } from "../serve/putInPlace.ts";
import { summaryAt } from "../serve/serving.ts";
import {
  type ExplorerBrowser,
  expectAccessible,
  explorerFolder,
  fact,
  openExplorer,
  testEveryWayItIsShown,
} from "./page.ts";
import {
  checks,
  endJob,
  figure,
  jobs,
  linesOf,
  liveRow,
  liveRows,
  lossOf,
  writeFolder,
  writeLiveRun,
  writeManifest,
} from "./servedFolder.ts";

/** The numbers of a figure, as they are saved: series, kind, x, y, low, high. */
async function numbersOf(page: Page, title: string): Promise<string[][]> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `Save the numbers of “${title}” as CSV` }).click(),
  ]);
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(part as Buffer);
  const lines = Buffer.concat(parts).toString("utf8").trim().split("\r\n").slice(1);
  return lines.map((line) => line.split(",").slice(1));
}

/** x and y of the points and lines of a series. */
async function curve(page: Page, title: string, series: string): Promise<number[][]> {
  const numbers = await numbersOf(page, title);
  return numbers
    .filter(([name, kind]) => name === series && kind !== "band" && kind !== "rule")
    .map(([, , x, y]) => [Number(x), Number(y)]);
}

const columnOf = (rows: readonly MetricsRow[], column: string) =>
  rows.filter((row) => typeof row[column] === "number").map((row) => [row.step, row[column] as number]);

describe.skipIf(chromiumMissing)(
  `the view Runs in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
  () => {
    const scratch = scratchFolder();
    const place = (...names: string[]) => join(scratch.path, ...names);
    const build = fileURLToPath(explorerFolder);
    let trained: readonly MetricsRow[];
    let server: ExplorerServer;
    let explorer: ExplorerBrowser;
    beforeAll(async () => {
      trained = await writeFolder(scratch.path);
      server = await serveExplorer({ build, runs: scratch.path, pollEvery: 100 });
      explorer = await openExplorer({ address: server.address, close: () => {} });
    });
    afterAll(async () => {
      await explorer?.close();
      await server?.close();
      scratch.remove();
    });

    const idOf = async (path: string) => (await summaryAt(server.address, path)).id;
    /** Opened by paths in the folder. */
    async function open(paths: readonly string[], rest = "", options = {}) {
      const ids = await Promise.all(paths.map(idOf));
      const opened = await explorer.open(`#runs?open=${ids.join(",")}${rest}`, options);
      await opened.page.locator('[data-ready="true"]').waitFor();
      return opened;
    }

    test("a finished run: the numbers shown are those of its files, to the bit", async () => {
      const { page, complaints } = await open(["runs/trained"]);
      await page.getByText("finished, 40 steps").first().waitFor();
      const stored = readFileSync(place("runs", "trained", "metrics.jsonl"), "utf8")
        .trim()
        .split("\n");
      expect(stored.map((line) => JSON.parse(line))).toEqual(trained);
      const last = (column: string) => columnOf(trained, column).at(-1)![1];
      expect(await fact(page, "step")).toBe(40);
      expect(await fact(page, "L, loss")).toBe(last("loss"));
      expect(await fact(page, "accuracy")).toBe(last("accuracy"));
      expect(await fact(page, "μ, loss alignment")).toBe(last("lossAlignment"));
      expect(await fact(page, "g along v_1")).toBe(last("directionalAlignment1"));
      expect(await fact(page, "λ_1 of G")).toBe(last("maxEigenvalue"));
      expect(await curve(page, "Loss", "training")).toEqual(columnOf(trained, "loss"));
      expect(await curve(page, "Loss", "batch of the step")).toEqual(columnOf(trained, "batchLoss"));
      expect(await curve(page, "Directional alignment", "g along v_2")).toEqual(
        columnOf(trained, "directionalAlignment2"),
      );
      const mu = (await numbersOf(page, "Loss alignment")).filter(([series]) => series === "μ");
      expect(mu.map((line) => line.slice(2).map(Number))).toEqual(
        trained
          .filter((row) => row.lossAlignment !== null)
          .map((row) => [row.step, row.lossAlignment, row.lossAlignmentLow, row.lossAlignmentHigh]),
      );
      await page.getByText("Configuration", { exact: true }).click();
      expect(await page.locator(".configuration").textContent()).toContain("optimiser.momentum");
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a run that cannot be read is named until it can be", async () => {
      mkdirSync(place("runs", "cut", "checkpoints"), { recursive: true });
      writeFileSync(place("runs", "cut", "manifest.json"), '{ "schema": 1, "comm');
      const { page, complaints } = await open(["runs/trained"]);
      await page.getByText(/^Left out, .*: runs\/cut$/).waitFor();
      await expectAccessible(page);
      rmSync(place("runs", "cut"), { recursive: true });
      await page.getByText(/^Left out/).waitFor({ state: "detached" });
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("quantities and axes are in the address, and Back takes them back", async () => {
      const { page } = await open(["runs/trained"]);
      await page.getByRole("heading", { name: "Accuracy" }).waitFor();
      await page.getByRole("checkbox", { name: "Accuracy" }).uncheck();
      await page.getByRole("heading", { name: "Accuracy" }).waitFor({ state: "detached" });
      await page.getByLabel("Axis of the steps").selectOption("log");
      await expect.poll(() => page.url()).toMatch(/show=loss%2C.*steps=log/);
      // the step 0 has no place there, and that is said
      await page
        .getByText(/Not drawn: .* no place on a log axis/)
        .first()
        .waitFor();
      const again = await explorer.open(new URL(page.url()).hash);
      await again.page.getByRole("heading", { name: "Loss alignment" }).waitFor();
      expect(await again.page.getByRole("heading", { name: "Accuracy" }).count()).toBe(0);
      await again.page.close();
      await page.goBack();
      await page.goBack();
      await page.getByRole("heading", { name: "Accuracy" }).waitFor();
      await page.close();
    });

    test("a run that is being written: figures and numbers follow, until it ends and when it is resumed", async () => {
      const folder = place("runs", "live");
      const log = join(folder, "metrics.jsonl");
      const { page, complaints } = await open(["runs/live"]);
      await page.locator('[data-state="running"]').waitFor();
      expect(await curve(page, "Loss", "training")).toEqual(columnOf(liveRows(0, 3), "loss"));
      // rows come by the stream: the page does not ask for them
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      for (let step = 3; step < 60; step++) {
        appendFileSync(log, linesOf([liveRow(step)]));
        if (step % 19 !== 0) continue;
        await expect.poll(() => fact(page, "step")).toBe(step);
        await expect.poll(() => fact(page, "L, loss")).toBe(liveRow(step).loss);
      }
      await expect.poll(() => fact(page, "L, loss")).toBe(liveRow(59).loss);
      expect(asked.filter((path) => path.endsWith("/metrics"))).toEqual([]);
      expect(await curve(page, "Loss", "training")).toEqual(columnOf(liveRows(0, 60), "loss"));
      // many rows: the interval is a band
      const band = (await numbersOf(page, "Loss alignment")).filter(([, kind]) => kind === "band");
      expect(band.map(([, , x, , low, high]) => [x, low, high].map(Number))).toEqual(
        liveRows(0, 60).map((row) => [row.step, row.lossAlignmentLow, row.lossAlignmentHigh]),
      );

      writeManifest(folder, { status: "diverged", step: 59 });
      await page.locator('[data-state="diverged"]').waitFor();
      // resumed from a checkpoint at step 10: the log is another file
      putInPlace(log, linesOf(liveRows(0, 12)));
      writeManifest(folder, { step: 10 });
      await page.locator('[data-state="running"]').waitFor();
      await expect.poll(() => fact(page, "L, loss")).toBe(liveRow(11).loss);
      expect(await curve(page, "Loss", "training")).toEqual(columnOf(liveRows(0, 12), "loss"));
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("several runs in one figure, chosen by tick; the table has what differs", async () => {
      const { page, complaints } = await open(["runs/trained"]);
      await page.getByRole("checkbox", { name: /^live/ }).check();
      await page.getByRole("heading", { name: "2 runs" }).waitFor();
      const [first, second] = await Promise.all(["runs/trained", "runs/live"].map(idOf));
      expect(decodeURIComponent(page.url())).toContain(`open=${first},${second}`);
      await page.locator('[data-ready="true"]').waitFor();
      const stored = readFileSync(place("runs", "live", "metrics.jsonl"), "utf8")
        .trim()
        .split("\n");
      const live = stored.map((line) => JSON.parse(line) as MetricsRow);
      await expect.poll(() => page.getByRole("columnheader", { name: "model.hidden" }).count()).toBe(0);
      expect(await page.getByRole("columnheader", { name: "seed" }).count()).toBe(1);
      const numbers = await numbersOf(page, "Learning rate");
      expect(new Set(numbers.map(([series]) => series))).toEqual(new Set(["trained", "live"]));
      // a panel for each curve: the runs' own columns under their names
      const losses = await curve(page, "Loss", "live");
      expect(losses).toEqual(columnOf(live, "loss"));
      await page.getByRole("checkbox", { name: /^trained/ }).uncheck();
      await page.getByRole("heading", { name: "live" }).waitFor();
      await page.goBack();
      await page.getByRole("heading", { name: "2 runs" }).waitFor();
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a sweep: progress, table and summary are those of its files, as results come", async () => {
      const sweep = place("sweeps", "rates");
      const { page, complaints } = await open(["sweeps/rates"]);
      await page.getByRole("heading", { name: "loss against schedule.learningRate" }).waitFor();
      const counts = async () =>
        Promise.all(["jobs", "done", "failed", "missing"].map((name) => fact(page, name)));
      expect(await counts()).toEqual([6, 2, 1, 3]);
      const row = (k: number) => page.locator(`[data-job="${jobs[k].id}"]`);
      const cell = async (k: number, column: string) =>
        Number(await row(k).locator(`[data-column="${column}"] data`).getAttribute("value"));
      expect(await cell(1, "loss")).toBe(lossOf(1));
      expect(await cell(1, "schedule.learningRate")).toBe(0.01);
      expect(await row(2).textContent()).toContain("running, 30 %");
      expect(await row(3).textContent()).toContain("failed: out of memory");
      expect(await row(4).textContent()).toContain("missing");

      const points = async () =>
        (await numbersOf(page, "loss against schedule.learningRate")).map((line) =>
          line.slice(2).map(Number),
        );
      const expected = (rate: number, ks: readonly number[]) => {
        const { mean, low, high } = meanInterval(ks.map(lossOf));
        return [rate, mean, low, high];
      };
      expect(await points()).toEqual([expected(0.01, [0, 1])]);
      for (const k of [2, 3, 4]) endJob(sweep, k);
      await expect.poll(counts).toEqual([6, 5, 0, 1]);
      await expect.poll(points).toEqual([expected(0.01, [0, 1, 2]), expected(0.1, [3, 4])]);
      expect(await cell(4, "loss")).toBe(lossOf(4));

      await page.getByRole("combobox", { name: /^Against/ }).selectOption("seed");
      await page.getByRole("heading", { name: "loss against seed" }).waitFor();
      expect(page.url()).toContain("x=seed");
      await row(0).getByRole("checkbox").check();
      await row(1).getByRole("checkbox").check();
      await page.getByRole("heading", { name: "2 runs" }).waitFor();
      await page.locator('[data-ready="true"]').waitFor();
      const runs = await numbersOf(page, "Loss alignment");
      expect(runs.filter(([, kind]) => kind === "line")).toHaveLength(60 + 61);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a reproduction: claims, verdicts, tightest checks and figures are those of its files", async () => {
      const { page, complaints } = await open(["reproduction"]);
      await page.getByText("1 of 2 claims holds, 1 is inconclusive.").waitFor();
      await page.getByText("Without a result so far: escape").waitFor();
      const line = page.locator('[data-claim="linear-alignment"]');
      const values = await line
        .locator("data")
        .evaluateAll((all) => all.map((data) => (data as HTMLDataElement).value));
      // of the two checks the second is nearer to its bound: (0.9 − 0.8)/(1/15)
      expect(Number(values[0])).toBe(checks[1].estimate.mean);
      expect(Number(values[1])).toBeCloseTo(1.5, 12);
      expect(await line.textContent()).toContain("2 of 2");
      await page.getByRole("heading", { name: "Noise aligns" }).waitFor();
      const numbers = await numbersOf(page, figure.title);
      expect(numbers.map((cells) => cells.slice(2, 4).map(Number))).toEqual([
        [4, 2 / 3],
        [16, 15 / 16],
      ]);
      await page.getByRole("button", { name: "stability" }).click();
      await page.getByRole("heading", { name: "Noise moves the edge" }).waitFor();
      expect(page.url()).toContain("claim=stability");
      const [whole] = await Promise.all([
        page.waitForEvent("popup"),
        page.getByRole("link", { name: "The whole page" }).click(),
      ]);
      await whole.getByText("The whole page").waitFor();
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("without a choice it opens what was written to last", async () => {
      appendFileSync(place("runs", "live", "metrics.jsonl"), linesOf([liveRow(12)]));
      const { page } = await explorer.open("#runs");
      await page.getByRole("heading", { name: "live" }).waitFor();
      await expect.poll(() => page.url()).toContain("open=");
      await page.getByText("A short tour").click();
      await page.getByRole("link", { name: "Only loss and μ." }).click();
      await page.getByRole("heading", { name: "Learning rate" }).waitFor({ state: "detached" });
      await page.getByRole("heading", { name: "live" }).waitFor();
      await page.getByRole("checkbox", { name: /^live/ }).uncheck();
      await page.getByText("Nothing is chosen").waitFor();
      await page.close();
    });

    test("what is not there, or not any more, is said in one line", async () => {
      const { page } = await explorer.open("#runs?open=nonsense");
      await page.getByText("Opened: expected at most 9 names of 16 digits and letters").waitFor();
      await page.goto(`${explorer.address}#runs?open=${"0".repeat(16)}`);
      await page.getByText("what is opened is not in the folder").waitFor();
      const folder = place("runs", "gone");
      writeLiveRun(folder, liveRows(0, 4));
      await page.goto(`${explorer.address}#runs?open=${await idOf("runs/gone")}`);
      await page.getByRole("heading", { name: "gone" }).waitFor();
      rmSync(folder, { recursive: true });
      await page.getByText("what is opened is not in the folder").waitFor();
      await page.goto(`${explorer.address}#runs?open=${await idOf("reproduction")}&claim=none`);
      await page.getByText("there is no result of none; choose another claim").waitFor();
      await page.close();
    });

    test("a server that goes away is said, and found again with what has happened meanwhile", async () => {
      const folder = place("runs", "patient");
      writeLiveRun(folder, liveRows(0, 4));
      let other = await serveExplorer({ build, runs: scratch.path, pollEvery: 100 });
      const { id } = await summaryAt(other.address, "runs/patient");
      const { page } = await explorer.open("#runs");
      await page.goto(`${other.address}#runs?open=${id}`);
      await page.locator('[data-ready="true"]').waitFor();
      await expect.poll(() => fact(page, "step")).toBe(3);
      const { port } = new URL(other.address);
      await other.close();
      await page.getByText(`the server does not answer: shown is what it said last; trying again`).waitFor();
      await page.getByText(`noisegeo explore FOLDER --port ${port} starts it again`).waitFor();
      expect(await fact(page, "L, loss")).toBe(liveRow(3).loss);
      appendFileSync(join(folder, "metrics.jsonl"), linesOf(liveRows(4, 9)));
      other = await serveExplorer({ build, runs: scratch.path, pollEvery: 100, port: Number(port) });
      await expect.poll(() => fact(page, "L, loss")).toBe(liveRow(8).loss);
      await page.getByText("the server does not answer").waitFor({ state: "detached" });
      expect(await curve(page, "Loss", "training")).toEqual(columnOf(liveRows(0, 9), "loss"));
      await page.close();
      await other.close();
      rmSync(folder, { recursive: true });
    });

    const run = (k: number) => `sweeps/rates/jobs/${jobs[k].id}/scratch/run`;
    testEveryWayItIsShown((options) => open(["runs/trained"], "", options), "a run, ");
    testEveryWayItIsShown(
      (options) => open(["sweeps/rates", run(0), run(1)], "", options),
      "a sweep and its runs, ",
    );
    testEveryWayItIsShown((options) => open(["reproduction"], "", options), "a reproduction, ");
  },
);

describe.skipIf(chromiumMissing)("without a folder", () => {
  test("the view says how to get one", async () => {
    const explorer = await openExplorer();
    const { page, complaints } = await explorer.open("#runs");
    await page.getByText("noisegeo explore FOLDER", { exact: true }).waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await explorer.close();
  });
});
