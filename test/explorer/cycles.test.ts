import fc from "fast-check";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  checkDrawing,
  drawingOf,
  levelOf,
  levels,
  rateOf,
  readDrawing,
  stretches,
  withLine,
  writeDrawing,
} from "../../explorer/src/views/cycles/drawing.ts";
import { fields, scheduleSettings } from "../../explorer/src/views/cycles/fields.ts";
import { ratesOf } from "../../explorer/src/views/cycles/schedule.ts";
import { batchesByStep } from "../../src/data/batches.ts";
import { openDataset } from "../../src/data/index.ts";
import { reducedLinearization, stabilityThreshold } from "../../src/dynamics/index.ts";
import { averagedImages } from "../../src/experiments/averagedImages.ts";
import { diagonalLandscape } from "../../src/experiments/cyclical/diagonal.ts";
import { descendTo } from "../../src/experiments/minima/trainedByDescent.ts";
import { defined, measure } from "../../src/geometry/index.ts";
import { type Kernels, openKernels, openVectorMath } from "../../src/linalg/index.ts";
import type { Model } from "../../src/models/index.ts";
import { fnn } from "../../src/models/network/architectures/fnn.ts";
import { initializeParameters } from "../../src/models/network/initialize.ts";
import { squareLoss } from "../../src/models/network/losses.ts";
import { networkModel } from "../../src/models/network/network.ts";
import { createStream } from "../../src/random/index.ts";
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

const initial = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.initial]));

/** The learning rates of these settings, over 2/λ₁ at the start. */
const rates = (changes: object) => ratesOf(scheduleSettings({ ...initial, ...changes } as never));

describe("schedules of the view Cycles", () => {
  const drawings = fc.array(fc.integer({ min: 0, max: levels - 1 }), {
    minLength: stretches,
    maxLength: stretches,
  });

  test("a drawing is read as it was written, and drawn over its own rates it stays", () => {
    fc.assert(
      fc.property(drawings, fc.integer({ min: 200, max: 20_000 }), (drawing, steps) => {
        const text = writeDrawing(drawing);
        expect(text).toHaveLength(stretches);
        expect(() => checkDrawing(text)).not.toThrow();
        expect(readDrawing(text)).toEqual(drawing);
        expect(drawingOf(rates({ schedule: "drawn", drawing: text, steps }))).toEqual(drawing);
      }),
      { numRuns: 50 },
    );
  });

  test("a line changes the stretches between its ends, and ends where it is to", () => {
    const stretch = fc.integer({ min: 0, max: stretches - 1 });
    const level = fc.integer({ min: 0, max: levels - 1 });
    fc.assert(
      fc.property(drawings, stretch, level, stretch, level, (drawing, k, a, l, b) => {
        const drawn = withLine(drawing, [k, a], [l, b]);
        expect(drawn[l]).toBe(b);
        if (k !== l) expect(drawn[k]).toBe(a);
        const [low, high] = [Math.min(k, l), Math.max(k, l)];
        for (let at = 0; at < stretches; at++) {
          if (at < low || at > high) expect(drawn[at]).toBe(drawing[at]);
          else expect(drawn[at]).toSatisfy((y: number) => y >= Math.min(a, b) && y <= Math.max(a, b));
        }
      }),
    );
  });

  test("levels are the nearest to their rates, the ends 0.01 and 2", () => {
    for (let level = 0; level < levels; level++) expect(levelOf(rateOf(level))).toBe(level);
    expect([rateOf(0), rateOf(levels - 1)]).toEqual([0.01, 2]);
  });

  test("cycles begin at the large learning rate or reach it, and all end at the small one", () => {
    for (const schedule of ["two-level", "triangular", "cosine-restarts", "one-cycle"]) {
      const all = rates({ schedule, high: 0.5, low: 0.04, cycles: 7, steps: 1500 });
      expect(all).toHaveLength(1500);
      expect(Math.max(...all)).toBeCloseTo(0.5, 3);
      expect(Math.min(...all)).toBeGreaterThanOrEqual(0.04 * (1 - 1e-12));
      expect(all[1499]).toBeCloseTo(0.04, 3);
    }
    expect(new Set(rates({ schedule: "constant", high: 0.3 }))).toEqual(new Set([0.3]));
  });
});

const near = (actual: number, expected: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-6 * Math.abs(expected));

interface Start {
  readonly model: Model;
  readonly start: Float64Array;
}

/** What the view says it does, written out: SGD and GD from a start, each so many steps. */
async function trained({ model, start }: Start, all: Float64Array, steps: number, batchSize: number) {
  const { kernels, edge, batches } = context(await measure(model.linearize(start), { kernels: shared }));
  const batchAt = batchesByStep({ samples: model.samples, batchSize, stream: batches });
  const whole = Int32Array.from({ length: model.samples }, (_, i) => i);
  const gradient = new Float64Array(model.parameters);
  const run = (batch: (step: number) => Int32Array) => {
    const theta = start.slice();
    for (let step = 0; step < steps; step++) {
      model.gradient(theta, batch(step), gradient);
      for (let k = 0; k < theta.length; k++) theta[k] -= all[step] * edge * gradient[k];
    }
    return theta;
  };
  const [sgd, gd] = [run(batchAt), run(() => whole)];
  const problem = await reducedLinearization(model.linearize(sgd), kernels);
  const threshold = await stabilityThreshold(problem, { batchSize, replacement: true }, { kernels });
  return {
    sgd: await measure(model.linearize(sgd), { kernels }),
    gd: await measure(model.linearize(gd), { kernels }),
    threshold: defined(threshold).value / edge,
    theta: sgd,
  };
}

let shared: Kernels;
const seedStream = () => createStream(1).split("explorer");
const context = ({ spectrum }: Awaited<ReturnType<typeof measure>>) => ({
  kernels: shared,
  edge: 2 / spectrum.eigenvalues[0],
  batches: seedStream().split("batches"),
});

async function expectNumbers(page: Page, run: Awaited<ReturnType<typeof trained>>, unit: number) {
  near(await fact(page, "λ_max(G), SGD"), run.sgd.spectrum.eigenvalues[0]);
  near(await fact(page, "λ_max(G), GD"), run.gd.spectrum.eigenvalues[0]);
  near(await fact(page, "Tr G, SGD"), run.sgd.summary.gaussNewtonTrace);
  near(await fact(page, "Tr G, GD"), run.gd.summary.gaussNewtonTrace);
  near(await fact(page, "L, SGD"), run.sgd.summary.loss / unit);
  near(await fact(page, "L, GD"), run.gd.summary.loss / unit);
  near(await fact(page, "η*, SGD's threshold"), run.threshold);
}

const ready = (page: Page) => page.locator('[data-ready="true"]').waitFor();
const sharpness = (page: Page) => fact(page, "λ_max(G), SGD");
const schedule = (page: Page) => page.getByRole("combobox", { name: "Schedule" });
const slider = (page: Page, k: number) =>
  page
    .getByRole("group", { name: /stretches/ })
    .locator("> *")
    .nth(k);

describe.skipIf(chromiumMissing)(
  `the view Cycles in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
  () => {
    let explorer: ExplorerBrowser;
    beforeAll(async () => {
      [explorer, shared] = await Promise.all([openExplorer(), openKernels()]);
    });
    afterAll(async () => {
      await explorer?.close();
      await shared?.close();
    });

    test.each([
      ["", {}, 320],
      ["&schedule=triangular&cycles=3", { schedule: "triangular", cycles: 3 }, 2400],
      ["&schedule=drawn", { schedule: "drawn" }, 800],
    ])("diagonal network%s: the numbers shown are the library's to 1e-6", async (address, changes, steps) => {
      const { page, complaints } = await explorer.open(`#cycles?at=${steps}${address}`);
      await ready(page);
      const landscape = diagonalLandscape(
        { dimension: 40, samples: 20 },
        { kernels: shared, stream: seedStream() },
      );
      const run = await trained(landscape, rates(changes), steps, 1);
      await expectNumbers(page, run, landscape.unit);
      near(await fact(page, "Tr G at the flattest"), landscape.known.flattestTrace as number);
      // something has happened: SGD has left, GD has not
      expect(await sharpness(page)).toBeLessThan(0.7 * (await fact(page, "λ_max(G), GD")));
      expect(await page.locator(".seen").textContent()).toMatch(
        /SGD is .* times flatter .*; GD.* as sharp as/,
      );
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("fully connected network on digits: the numbers shown are the library's to 1e-6", async () => {
      const { page, complaints } = await explorer.open(
        "#cycles?model=fnn&steps=1600&high=0.6&batch=2&at=200",
      );
      const dataset = await openDataset(
        { name: "mnist", split: "test", samples: 300 },
        { precision: "float64" },
      );
      const { side, inputs } = averagedImages(dataset, 0);
      const signs = Float64Array.from(dataset.labels!.indices, (digit) => (digit % 2 === 0 ? 1 : -1));
      const common = { activation: "tanh", initialisation: "lecun" } as const;
      const graph = fnn({ name: "fnn", hidden: [16], bias: true, ...common }, [side * side], 1);
      const math = await openVectorMath();
      const modelOf = (from: number, to: number) =>
        networkModel({
          graph,
          inputs: inputs.slice(from * side * side, to * side * side),
          targets: signs.slice(from, to),
          loss: squareLoss,
          initialize: (random) => initializeParameters(graph, "lecun", random),
          kernels: shared,
          math,
        });
      const model = modelOf(0, 60);
      const stream = seedStream();
      const beginning = model.initialize(stream.split("initial"));
      const { spectrum } = await measure(model.linearize(beginning), { kernels: shared });
      const { theta: start } = descendTo(model, beginning, {
        batchSize: 4,
        learningRate: (2 * 0.2) / spectrum.eigenvalues[0],
        loss: 0.05 / 2,
        maxSteps: 2000,
        stream: stream.split("warm-up"),
      });
      const run = await trained({ model, start }, rates({ steps: 1600, high: 0.6 }), 200, 2);
      await ready(page);
      await expectNumbers(page, run, 1 / 2);
      const held = modelOf(60, 300);
      const outputs = held.predict(run.theta);
      const right = outputs.reduce((sum, output, i) => sum + (output * held.targets[i] > 0 ? 1 : 0), 0);
      near(await fact(page, "right, SGD"), right / 240);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a convolutional network is trained on digits, and its accuracy shown on the same axis", async () => {
      const { page, complaints } = await explorer.open("#cycles?model=cnn&steps=320&high=0.6&batch=2&at=40");
      await page.locator('[data-ready="true"]').waitFor({ timeout: 60_000 });
      expect(await fact(page, "right, SGD")).toBeGreaterThan(0.6);
      expect(await fact(page, "right, GD")).toBeGreaterThan(0.6);
      await page.getByText("held-out digits told apart").first().waitFor({ state: "attached" });
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("Train streams, Pause holds, and single strides go on; the address says where, and Back goes back", async () => {
      // slow enough to be paused
      const { page, complaints } = await explorer.open("#cycles?model=fnn&steps=20000");
      await ready(page);
      expect(await page.locator(".seen").textContent()).toContain("Nothing is trained yet");
      const results = page.locator("[data-steps]");
      const taken = async () => Number(await results.getAttribute("data-steps"));
      await page.getByRole("button", { name: "Train" }).press("Enter");
      const seen = new Set<number>();
      while (seen.size < 4) seen.add(await taken());
      // the same button, so that the focus stays
      await page.keyboard.press("Enter");
      await ready(page);
      const paused = await taken();
      expect(paused).toBeGreaterThan(0);
      expect(paused).toBeLessThan(20_000);
      await expect.poll(() => page.url()).toContain(`at=${paused}`);
      await page.getByRole("button", { name: "313 steps on" }).click();
      await expect.poll(taken).toBe(paused + 313);
      await ready(page);
      const here = await sharpness(page);
      const fresh = await explorer.open(new URL(page.url()).hash);
      await ready(fresh.page);
      expect(await sharpness(fresh.page)).toBe(here);
      await fresh.page.close();
      await page.goBack();
      await expect.poll(taken).toBe(paused);
      await page.getByRole("button", { name: "Back to the start" }).click();
      await expect.poll(taken).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a schedule drawn by pointer is trained by, and survives a reload through the address", async () => {
      const { page, complaints } = await explorer.open("#cycles?at=1200");
      await ready(page);
      const before = await sharpness(page);
      const box = (await page.getByRole("group", { name: /stretches/ }).boundingBox())!;
      const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
      await page.mouse.move(...at(0.02, 0.95));
      await page.mouse.down();
      await page.mouse.move(...at(0.5, 0.9), { steps: 12 });
      await page.mouse.move(...at(0.98, 0.3), { steps: 12 });
      await page.mouse.up();
      await expect.poll(() => page.url()).toMatch(/schedule=drawn&drawing=[A-Za-z0-9_-]{48}&/);
      expect(await schedule(page).inputValue()).toBe("drawn");
      const drawn = new URLSearchParams(page.url().split("?")[1]).get("drawing")!;
      const drawing = readDrawing(drawn);
      expect(drawing[1]).toBeLessThan(8);
      expect(drawing[46]).toBeGreaterThan(40);
      // never up to SGD's threshold in the first 1,200 steps: SGD stays where it was
      await ready(page);
      const flat = await sharpness(page);
      expect(flat).toBeGreaterThan(1.5 * before);
      await page.reload();
      await ready(page);
      expect(await sharpness(page)).toBe(flat);
      expect(Number(await slider(page, 46).getAttribute("aria-valuenow"))).toBe(rateOf(drawing[46]));
      await page.goBack();
      await expect.poll(() => schedule(page).inputValue()).toBe("two-level");
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a schedule drawn by keyboard: stretches are chosen and moved, and what lies behind stays", async () => {
      const { page, complaints } = await explorer.open("#cycles?schedule=drawn&at=1600");
      await ready(page);
      const before = await sharpness(page);
      await slider(page, 0).focus();
      await page.keyboard.press("End");
      for (let k = 0; k < 4; k++) await page.keyboard.press("ArrowLeft");
      const chosen = stretches - 5;
      expect(await slider(page, chosen).evaluate((element) => element === document.activeElement)).toBe(true);
      const old = levelOf(Number(await slider(page, chosen).getAttribute("aria-valuenow")));
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("PageUp");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await expect
        .poll(async () => levelOf(Number(await slider(page, chosen).getAttribute("aria-valuenow"))))
        .toBe(old + 7);
      await ready(page);
      // the stretch is still ahead
      expect(await sharpness(page)).toBe(before);

      await page.keyboard.press("Home");
      for (let k = 0; k < 9; k++) await page.keyboard.press("ArrowRight");
      await page.keyboard.press("PageDown");
      await page.keyboard.press("PageDown");
      await expect.poll(() => sharpness(page)).not.toBe(before);
      await ready(page);
      const changed = await sharpness(page);
      await expect
        .poll(() => readDrawing(new URLSearchParams(page.url().split("?")[1]).get("drawing")!)[chosen])
        .toBe(old + 7);
      await page.reload();
      await ready(page);
      expect(await sharpness(page)).toBe(changed);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("what is ahead is drawn while training goes on, which goes on under it", async () => {
      const { page, complaints } = await explorer.open("#cycles?schedule=drawn&steps=20000");
      await ready(page);
      const taken = async () => Number(await page.locator("[data-steps]").getAttribute("data-steps"));
      await page.getByRole("button", { name: "Train" }).click();
      await expect.poll(taken).toBeGreaterThan(0);
      const old = levelOf(Number(await slider(page, 24).getAttribute("aria-valuenow")));
      await slider(page, 24).focus();
      await page.keyboard.press("PageUp");
      await expect.poll(taken, { timeout: 60_000 }).toBe(20_000);
      await ready(page);
      const here = await sharpness(page);
      expect(levelOf(Number(await slider(page, 24).getAttribute("aria-valuenow")))).toBe(old + 8);
      await expect.poll(() => page.url()).toContain("at=20000");
      const fresh = await explorer.open(new URL(page.url()).hash);
      await ready(fresh.page);
      expect(await sharpness(fresh.page)).toBe(here);
      await fresh.page.close();
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a slider acts while it is held, and a drag ends at what it says", async () => {
      const { page } = await explorer.open("#cycles?at=1000");
      await ready(page);
      const times: number[] = [];
      for (const position of [200, 210, 220, 230, 205, 215, 225, 235]) {
        times.push(await responseTo(page, () => drag(page, "Large η", position)));
      }
      times.sort((a, b) => a - b);
      console.log(`from a slider to the figure: median ${times[4].toFixed(0)} ms, of ${times.length}`);
      await slide(page, "Large η", 240);
      await ready(page);
      const settled = await sharpness(page);
      await expect.poll(() => page.url()).toContain("high=");
      const fresh = await explorer.open(new URL(page.url()).hash);
      await ready(fresh.page);
      expect(await sharpness(fresh.page)).toBe(settled);
      await fresh.page.close();
      await page.close();
    });

    test("a run that is lost is said to be, with the step", async () => {
      const { page } = await explorer.open("#cycles?high=1.5&schedule=constant&at=2000");
      await ready(page);
      await page
        .getByText(/SGD is lost: its loss was more than 1,000,000 times that of f\s=\s0 after step \d+/)
        .waitFor();
      expect(await page.locator('[data-name="λ_max(G), SGD"]').textContent()).toContain("undefined");
      await page.close();
    });

    test("what is not allowed is said in one line", async () => {
      const { page } = await explorer.open("#cycles?drawing=abc");
      await page.getByText("Drawn schedule: expected 48 characters of").waitFor();
      await page.goto(`${explorer.address}#cycles?batch=99`);
      await page.getByText("Batch size B: expected a whole number from 1 to 20, got 99").waitFor();
      await page.close();
    });

    test("the figure is saved as SVG, PNG and CSV, its numbers those shown", async () => {
      const { page } = await explorer.open("#cycles?at=320");
      await ready(page);
      const saved = async (name: RegExp) => {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name }).click(),
        ]);
        const parts: Buffer[] = [];
        for await (const part of await download.createReadStream()) parts.push(part as Buffer);
        return Buffer.concat(parts);
      };
      expect((await saved(/Save “Along the way” as SVG/)).toString("utf8")).toContain("<svg");
      expect([...(await saved(/Save “Along the way” as PNG/)).subarray(1, 4)]).toEqual([80, 78, 71]);
      const lines = (await saved(/numbers of “Along the way”/)).toString("utf8").split("\r\n");
      const shown = String(await sharpness(page));
      expect(lines.some((line) => line.includes("SGD") && line.includes(shown))).toBe(true);
      await page.close();
    });

    test("the tour's links set the view", async () => {
      const { page } = await explorer.open("#cycles");
      await ready(page);
      await page.getByText("A short tour").click();
      await page.getByRole("link", { name: "The same with half" }).click();
      await expect
        .poll(() => page.locator(".seen").textContent())
        .toMatch(/After 4,000 steps SGD is about as sharp/);
      await page.getByRole("link", { name: "One short rise" }).click();
      await expect
        .poll(() => page.locator(".seen").textContent())
        .toMatch(/GD, under the same schedule, is .* flatter/);
      await page.close();
    });

    testEveryWayItIsShown(async (options) => {
      const opened = await explorer.open("#cycles?at=320", options);
      await ready(opened.page);
      return opened;
    });

    test("under reduced motion training moves the picture once a second, and nothing else moves", async () => {
      const { page } = await explorer.open("#cycles?model=fnn&steps=20000");
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.reload();
      await ready(page);
      const moves = await page.locator("[data-steps]").evaluateHandle((results) => {
        const begun = performance.now();
        const moves: { readonly at: number; readonly steps: number; readonly animations: number }[] = [];
        new MutationObserver(() => {
          moves.push({
            at: performance.now() - begun,
            steps: Number(results.getAttribute("data-steps")),
            animations: document.getAnimations().length,
          });
        }).observe(results, { attributeFilter: ["data-steps"] });
        return moves;
      });
      await page.getByRole("button", { name: "Train" }).click();
      await expect.poll(() => moves.evaluate((seen) => seen.length)).toBeGreaterThanOrEqual(2);
      for (const [k, { at, steps, animations }] of (await moves.jsonValue()).entries()) {
        // however long a move takes to be seen, it is not begun before its time; the end is shown at once
        if (steps < 20_000) expect(at).toBeGreaterThanOrEqual(1000 * (k + 1));
        expect(animations).toBe(0);
      }
      await page.close();
    });
  },
);
