import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isotropic, powerLaw } from "../../src/data/index.ts";
import {
  decoupledGrowth,
  decoupledLimit,
  expectedLoss,
  flatOverSharp,
  growthRate,
  limitFlatOverSharp,
  paperBound,
  type ReducedProblem,
  reducedJacobian,
  simulateSgd,
  stabilityThreshold,
} from "../../src/dynamics/index.ts";
import { defined } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { openWasmKernels } from "../../src/linalg/kernels/wasm.ts";
import { createStream } from "../../src/random/index.ts";
import { formatNumber } from "../../src/report/numbers.ts";
import { chromiumMissing } from "../browser/chromium.ts";
import {
  drag,
  type ExplorerBrowser,
  fact,
  openExplorer,
  responseTo,
  slide,
  testEveryWayItIsShown,
} from "./page.ts";

const stream = createStream(1).split("explorer");

/** What the view says it does, written out with the library's public surface. */
function minimum(kernels: Kernels, design = powerLaw(20, 1), n = 60): Promise<ReducedProblem> {
  return reducedJacobian(design.sample(n, stream.split("inputs")), 1, kernels);
}

const near = (actual: number, expected: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-6 * Math.abs(expected));

const ready = (page: Page) => page.locator('[data-ready="true"]').waitFor();

/** The rows of a figure's CSV. */
async function saved(page: Page, name: RegExp): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name }).click(),
  ]);
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** x and y of a series, from a CSV. */
function series(text: string, name: string): readonly { readonly x: number; readonly y: number }[] {
  const rows = text
    .trim()
    .split("\r\n")
    .map((line) => line.match(/("[^"]*"|[^,]*)(?:,|$)/g)!.map((cell) => cell.replace(/^"|"?,?$/g, "")));
  return rows.filter((row) => row[1] === name).map((row) => ({ x: Number(row[3]), y: Number(row[4]) }));
}

describe.skipIf(chromiumMissing)(
  `the view Escape in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
  () => {
    let explorer: ExplorerBrowser;
    let kernels: Kernels;
    beforeAll(async () => {
      [explorer, kernels] = await Promise.all([openExplorer(), openKernels()]);
    });
    afterAll(async () => {
      await explorer?.close();
      await kernels?.close();
    });

    test.each([
      { setting: "", rate: 0.6, batch: 1, replacement: true, k: 1 },
      { setting: "rate=0.2", rate: 0.2, batch: 1, replacement: true, k: 1 },
      {
        setting: "rate=1.2&batch=8&replacement=without&k=3",
        rate: 1.2,
        batch: 8,
        replacement: false,
        k: 3,
      },
    ])("“$setting”: η*, ρ, D_k(∞) and the bound are the library's to 1e-6", async (settings) => {
      const { setting, rate, batch, replacement, k } = settings;
      const problem = await minimum(kernels);
      const { page, complaints } = await explorer.open(`#escape?${setting}`);
      await ready(page);

      const step = { learningRate: rate, batchSize: batch, replacement };
      const growth = defined(await growthRate(problem, step, { kernels }));
      near(
        await fact(page, "η*, threshold of SGD"),
        defined(await stabilityThreshold(problem, step, { kernels })).value,
      );
      near(await fact(page, "2/λ₁, threshold of GD"), 2 / problem.eigenvalues[0]);
      near(await fact(page, "ρ, growth of SGD's mean loss"), growth.value);
      near(await fact(page, `D_${k}(∞) of SGD`), defined(limitFlatOverSharp(problem, growth, k)));
      near(await fact(page, `Paper's bound of D_${k}`), defined(paperBound(problem.eigenvalues, k)));
      const noise = replacement ? 1 / batch : (60 - batch) / (batch * 59);
      const decoupled = defined(decoupledGrowth(problem.eigenvalues, { learningRate: rate, noise }));
      near(await fact(page, "ρ under Σ = 2L·G"), decoupled.value);
      near(await fact(page, `D_${k}(∞) under Σ = 2L·G`), defined(decoupledLimit(decoupled, k)));
      const words = growth.value > 1 ? "SGD escapes" : "SGD is stable";
      const outcome = await page.locator(".outcome").textContent();
      expect(outcome).toContain(words);
      // of those that leave, what lies along the sharp directions: 1/(1 + D_k)
      const share = formatNumber(100 / (1 + (await fact(page, `D_${k}(∞) of SGD`))), 3);
      expect(outcome?.includes(`${share}\u00a0% of SGD's loss`)).toBe(growth.value > 1);
      expect(outcome).toContain("100\u00a0% of GD's loss");
      // beyond 2/λ₁ GD leaves along the sharpest direction alone
      expect(await fact(page, `D_${k}(∞) of GD`)).toBe(0);
      near(await fact(page, "ρ of GD"), 1.2 ** 2);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("D_k(t) is the exact one at every step, and the simulated means lie about it", async () => {
      const problem = await minimum(kernels, isotropic(20));
      const { page } = await explorer.open("#escape?spectrum=isotropic&rate=0.1&k=2&steps=20");
      await ready(page);
      const text = await saved(page, /numbers of “D_2.*CSV/);
      const exact = series(text, "SGD, exact");
      expect(exact).toHaveLength(21);
      let time = 0;
      const step = { learningRate: 0.1, batchSize: 1, replacement: true };
      for await (const { shares } of expectedLoss(problem, step, kernels)) {
        near(exact[time].y, defined(flatOverSharp(shares, 2)));
        if (++time === exact.length) break;
      }
      const simulated = series(text, "SGD, simulated");
      expect(simulated.length).toBeGreaterThan(10);
      for (const { x, y } of simulated) expect(Math.abs(Math.log(y / exact[x].y))).toBeLessThan(0.5);
      // GD at 1.1·2/λ₁
      const gd = series(text, "GD");
      expect(gd[20].y).toBeLessThan(gd[0].y / 10);
      await page.close();
    });

    test("the picture's points are trajectories of the library, and its numbers can be saved", async () => {
      // trajectories depend on the signs of the eigenvectors: those of the page's kernels
      const wasm = await openWasmKernels();
      const problem = await minimum(wasm);
      await wasm.close();
      const { page } = await explorer.open("#escape?count=64&steps=12&step=7");
      await ready(page);
      const { records, recordLength } = await simulateSgd(
        problem,
        { learningRate: 0.6, batchSize: 1, replacement: true },
        { count: 64, times: [7], sharpest: [1], kept: [0], stream: stream.split("trajectories", "paths") },
      );
      const places = Array.from({ length: 64 }, (_, t) => {
        const [exponent, , flat, w] = records[0].subarray(t * recordLength);
        return { x: Math.abs(w) * 2 ** exponent, y: Math.sqrt(flat) * 2 ** exponent };
      });
      const points = series(await saved(page, /numbers of “Where the trajectories are.*CSV/), "SGD");
      expect(points.length).toBeGreaterThan(50);
      // sizes are kept in single precision
      for (const { x, y } of points) {
        const distances = places.map((place) => Math.abs(place.x / x - 1) + Math.abs(place.y / y - 1));
        expect(Math.min(...distances)).toBeLessThan(1e-5);
      }
      expect(await saved(page, /Save “Where.*SVG/)).toContain("<svg");
      await page.close();
    });

    test("η* and 2/λ₁ are marked on the slider where they lie", async () => {
      const { page } = await explorer.open("#escape?step=1");
      await ready(page);
      const marks = await page.getByRole("slider", { name: "Learning rate η" }).evaluate((input) =>
        Array.from((input as HTMLInputElement).list?.options ?? [], ({ value, label }) => ({
          value: Number(value),
          label,
        })),
      );
      expect(marks.map(({ label }) => label.split(" = ")[0])).toEqual(["η*", "2/λ₁"]);
      const values = marks.map(({ value }) => 0.002 * (20 / 0.002) ** (value / 400));
      near(values[0], await fact(page, "η*, threshold of SGD"));
      near(values[1], await fact(page, "2/λ₁, threshold of GD"));
      // which side of the mark the slider is on is what the words say
      for (const [past, words] of [
        [-2, "SGD is stable"],
        [2, "SGD escapes"],
      ] as const) {
        await slide(page, "Learning rate η", Math.round(marks[0].value) + past);
        await expect.poll(() => page.locator(".outcome").textContent()).toContain(words);
      }
      await page.close();
    });

    test("sliders act while they are held, and the time is recorded", async () => {
      const { page } = await explorer.open("#escape?step=1");
      await ready(page);
      for (const label of ["Learning rate η", "Batch size B", "Samples n"]) {
        const times: number[] = [];
        for (const position of [20, 30, 40]) {
          const to = label === "Learning rate η" ? 200 + position : position;
          times.push(await responseTo(page, () => drag(page, label, to)));
          await ready(page);
        }
        console.log(`from ${label} to all numbers: ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
      }
      await page.close();
    });

    test("it plays, pauses, steps and restarts by keyboard; its frames are counted", async () => {
      const { page, complaints } = await explorer.open("#escape?count=10000&steps=120");
      await page.getByRole("button", { name: "Pause" }).waitFor();
      const frames = () =>
        page
          .locator(".frame canvas")
          .evaluate((canvas) => Number((canvas as HTMLCanvasElement).dataset.frames));
      await ready(page);
      const from = await frames();
      await expect.poll(frames).toBeGreaterThan(from);

      const shown = async () =>
        Number(/After (\d+) of/.exec((await page.locator(".words").textContent()) ?? "")?.[1]);
      await expect.poll(shown).toBeGreaterThan(0);
      await page.getByRole("application").focus();
      await page.keyboard.press("Space");
      await page.getByRole("button", { name: "Play" }).waitFor();
      const at = await shown();
      await page.keyboard.press("ArrowRight");
      expect(await shown()).toBe(at + 1);
      await page.keyboard.press("ArrowLeft");
      expect(await shown()).toBe(at);
      await expect.poll(() => page.url()).toContain(`step=${at}`);
      // from the beginning, and on from there
      const words = await page.locator(".words").evaluateHandle((element) => {
        const seen: string[] = [];
        const note = () => seen.push(element.textContent ?? "");
        new MutationObserver(note).observe(element, { characterData: true, childList: true, subtree: true });
        return seen;
      });
      await page.keyboard.press("Home");
      await page.getByRole("button", { name: "Pause" }).waitFor();
      await expect.poll(() => words.evaluate((seen) => new Set(seen).size)).toBeGreaterThan(1);
      await page.keyboard.press("Space");
      const steps = (await words.jsonValue()).map((text) => Number(/After (\d+) of/.exec(text)?.[1]));
      expect([...new Set(steps)].slice(0, 2)).toEqual([0, 1]);
      await page.getByRole("button", { name: "Step", exact: true }).press("Enter");
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("with reduced motion the last step stands still, and a slider moves through the steps", async () => {
      const { page } = await explorer.open("#alignment?n=20&d=4");
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.goto(`${explorer.address}#escape?count=100`);
      await ready(page);
      const words = page.locator(".words");
      expect(await words.textContent()).toContain("After 40 of 40 steps");
      await page.getByRole("button", { name: "Play" }).waitFor();
      await slide(page, "Step shown", 12);
      expect(await words.textContent()).toContain("After 12 of 40 steps");
      await expect.poll(() => page.url()).toContain("step=12");
      await page.close();
    });

    testEveryWayItIsShown(async (options) => {
      const opened = await explorer.open("#escape?step=10&count=200", options);
      await ready(opened.page);
      return opened;
    });

    test("what does not fit is said in one line, and a slider that moves takes along what depends on it", async () => {
      const { page } = await explorer.open("#escape?n=10&batch=20");
      await page.getByText("Batch size B: expected at most the 10 samples, got 20").waitFor();
      await page.goto(`${explorer.address}#escape?d=3&k=4`);
      await page.getByText("k of D_k: expected at most 2").waitFor();
      await page.goto(`${explorer.address}#escape?batch=40&step=1&count=64`);
      await ready(page);
      await slide(page, "Samples n", 30);
      await expect.poll(() => page.url()).toContain("batch=30");
      await ready(page);
      expect(await page.locator(".failure").count()).toBe(0);
      await page.close();
    });
  },
);
