import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { oneHot, openDataset, powerLaw } from "../../src/data/index.ts";
import { sgd } from "../../src/dynamics/sgd.ts";
import { averagedImages } from "../../src/experiments/averagedImages.ts";
import { defined, lossAlignmentExtremes, measure, pointOf } from "../../src/geometry/index.ts";
import { type Kernels, matrix, openKernels } from "../../src/linalg/index.ts";
import {
  deepLinear,
  linearModel,
  type Model,
  olmModel,
  tanh,
  twoLayerModel,
} from "../../src/models/index.ts";
import { signedSecondLayer } from "../../src/models/twoLayer.ts";
import { createStream } from "../../src/random/index.ts";
import { measureReading } from "../../src/report/measurement/reading.ts";
import { typeset } from "../../src/report/typography.ts";
import { chromiumMissing } from "../browser/chromium.ts";
import { drag, type ExplorerBrowser, fact, openExplorer, responseTo, slide } from "./page.ts";

const size = { n: 60, d: 12 };

/** What the view says it does, written out with the library's public surface. */
function gaussianData(kernels: Kernels, noise = 0) {
  const stream = createStream(1).split("explorer");
  const inputs = powerLaw(size.d, 1).sample(size.n, stream.split("inputs"));
  const targets = stream.split("labels").gaussians(new Float64Array(size.n), noise);
  const teacher = stream.split("teacher").gaussians(new Float64Array(size.d), size.d ** -0.5);
  kernels.gemv(1, inputs, teacher, 1, targets);
  return { stream, inputs, targets: matrix(size.n, 1, targets), teacher };
}

const near = (actual: number, expected: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-6 * Math.abs(expected));

describe.skipIf(chromiumMissing)(
  `the view Alignment in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
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

    const models: Record<string, (data: ReturnType<typeof gaussianData>) => Model> = {
      "model=linear": (data) => linearModel({ ...data, kernels }),
      "model=deep-linear&width=7&depth=3": (data) =>
        olmModel({ ...data, family: deepLinear({ dimension: size.d, widths: [7, 7], kernels }), kernels }),
      "model=two-layer&width=9": (data) => {
        const secondLayer = signedSecondLayer(1, 9, data.stream.split("model", "second layer"));
        return twoLayerModel({ ...data, secondLayer, activation: tanh, kernels });
      },
    };

    test.each(Object.keys(models))("%s: the numbers shown are the library's to 1e-6", async (setting) => {
      const data = gaussianData(kernels);
      const model = models[setting](data);
      const { page, complaints } = await explorer.open(`#alignment?n=${size.n}&d=${size.d}&${setting}`);
      await page.getByText("μ at worst").waitFor();

      const linearization = model.linearize(model.initialize(data.stream.split("initial")));
      const measured = await measure(linearization, { kernels });
      const alignment = defined(measured.lossAlignment);
      near(await fact(page, "μ, loss alignment"), alignment.covariance);
      near(await fact(page, "μ_1, with Σ_1"), alignment.secondMoment);
      near(await fact(page, "L, loss"), measured.summary.loss);
      near(await fact(page, "‖Σ − 2L·G‖ / ‖2L·G‖"), defined(measured.decoupling));
      near(await fact(page, "λ_max(G)"), measured.spectrum.eigenvalues[0]);
      expect(await fact(page, "p, parameters")).toBe(model.parameters);
      expect(await page.locator(".outcome").textContent()).toBe(typeset(measureReading(measured)));
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("ten outputs: C·μ and the distance to (2L/C)·G are the library's", async () => {
      const { page, complaints } = await explorer.open(
        "#alignment?data=digits&targets=classes&n=30&directions=5",
      );
      await page.locator('[data-ready="true"]').waitFor();
      const dataset = await openDataset(
        { name: "mnist", split: "test", samples: 30 },
        { precision: "float64" },
      );
      const { side, inputs } = averagedImages(dataset, 0);
      const model = linearModel({
        inputs: matrix(30, side ** 2, inputs),
        targets: matrix(30, 10, oneHot(dataset.labels!).values),
        kernels,
      });
      const theta = model.initialize(createStream(1).split("explorer", "initial"));
      const measured = await measure(model.linearize(theta), { kernels });
      near(await fact(page, "C·μ"), 10 * defined(measured.lossAlignment).covariance);
      near(await fact(page, "‖Σ − (2L/C)·G‖ / ‖(2L/C)·G‖"), defined(measured.decouplingPerOutput));
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("the closed form and the certificate are the library's", async () => {
      const data = gaussianData(kernels, 0.5);
      const model = linearModel({ ...data, kernels });
      const theta = model.initialize(data.stream.split("initial"));
      const { page } = await explorer.open(`#alignment?n=${size.n}&d=${size.d}&noise=0.5`);
      await page.getByText("μ at worst").waitFor();
      const extremes = defined(await lossAlignmentExtremes(await pointOf(model.linearize(theta)), kernels));
      near(await fact(page, "μ at worst"), extremes.min);

      // docs/theory.md §3, with the label noise in 2L
      const s = powerLaw(size.d, 1).eigenvalues;
      const delta = theta.map((value, k) => value - data.teacher[k]);
      const sum = (term: (k: number) => number) => s.reduce((total, _, k) => total + term(k), 0);
      const twiceLoss = sum((k) => s[k] * delta[k] ** 2) + 0.25;
      const mu = 1 + sum((k) => s[k] ** 3 * delta[k] ** 2) / (twiceLoss * sum((k) => s[k] ** 2));
      near(await fact(page, "μ as n → ∞"), mu);
      await page.close();
    });

    test("a link into training reopens at the θ that SGD reached, its numbers the library's", async () => {
      const data = gaussianData(kernels);
      const model = linearModel({ ...data, kernels });
      let theta = model.initialize(data.stream.split("initial"));
      const { spectrum } = await measure(model.linearize(theta), { kernels });
      const learningRate = (2 * 0.05) / spectrum.eigenvalues[0];
      for (let step = 0; step < 70; step += 10) {
        const stream = data.stream.split("batches", step);
        theta = sgd(model, theta, { learningRate, batchSize: 8, steps: 10, stream });
      }
      const { page } = await explorer.open(`#alignment?n=${size.n}&d=${size.d}&steps=70`);
      await page.locator('[data-ready="true"]').waitFor();
      const measured = await measure(model.linearize(theta), { kernels });
      near(await fact(page, "μ, loss alignment"), defined(measured.lossAlignment).covariance);
      near(await fact(page, "L, loss"), measured.summary.loss);
      await page.close();
    });

    test("Train streams steps, Stop ends it, the address says where, and Back goes to the start", async () => {
      const { page, complaints } = await explorer.open(
        "#alignment?data=digits&side=28&model=cnn&width=6&n=100&directions=5",
      );
      await page.locator('[data-ready="true"]').waitFor();
      const before = await fact(page, "L, loss");
      await page.getByRole("button", { name: "Train", exact: true }).press("Enter");
      await page.getByRole("heading", { name: "Along training" }).waitFor();
      // the same button, so that the focus stays
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Train", exact: true }).waitFor();
      await expect.poll(() => page.url()).toMatch(/steps=\d+/);
      const steps = Number(/steps=(\d+)/.exec(page.url())?.[1]);
      expect(steps).toBeGreaterThanOrEqual(10);
      expect(await page.locator(".training").textContent()).toContain(
        `${steps.toLocaleString("en-US")} steps`,
      );
      expect(await fact(page, "L, loss")).toBeLessThan(before);
      await page.goBack();
      await expect.poll(() => page.url()).not.toContain("steps");
      await expect.poll(() => fact(page, "L, loss")).toBe(before);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a slider acts while it is held, at default sizes, and a drag ends at what it says", async () => {
      const { page } = await explorer.open("");
      await page.locator('[data-ready="true"]').waitFor();
      const times: number[] = [];
      for (const n of [205, 210, 215, 220, 225, 230, 235, 240]) {
        times.push(await responseTo(page, () => drag(page, "Samples n", n)));
        await page.locator('[data-ready="true"]').waitFor();
      }
      times.sort((a, b) => a - b);
      console.log(`from a slider to all figures: median ${times[4].toFixed(0)} ms, of ${times.length}`);

      // numbers of an earlier position may be shown on the way, but not as if nothing was to come
      const corrected = await page.locator("[data-ready]").evaluateHandle((results) => {
        const corrected: string[] = [];
        let answer: string | null | undefined;
        const look = () => {
          const mu = results.querySelector('[data-name="μ, loss alignment"] data')?.getAttribute("value");
          const isReady = results.getAttribute("data-ready") === "true";
          if (isReady && answer !== undefined && mu !== answer) corrected.push(`${answer} became ${mu}`);
          answer = isReady ? mu : undefined;
        };
        const options = { attributes: true, characterData: true, childList: true, subtree: true };
        new MutationObserver(look).observe(results, options);
        return corrected;
      });
      for (let n = 60; n <= 120; n += 5) await slide(page, "Samples n", n);
      await expect.poll(() => page.url()).toContain("n=120");
      await page.locator('[data-ready="true"]').waitFor();
      const settled = await fact(page, "μ, loss alignment");
      expect(await corrected.jsonValue()).toEqual([]);
      const fresh = await explorer.open("#alignment?n=120");
      await fresh.page.locator('[data-ready="true"]').waitFor();
      expect(await fact(fresh.page, "μ, loss alignment")).toBe(settled);
      await fresh.page.close();
      await page.close();
    });

    test("the tour's links set the view, and Back takes them back", async () => {
      const { page } = await explorer.open("#alignment?n=40&d=6");
      await page.locator('[data-ready="true"]').waitFor();
      const before = await fact(page, "μ, loss alignment");
      await page.getByText("A short tour").click();
      await page.getByRole("link", { name: "A deep linear network" }).click();
      await expect.poll(() => fact(page, "p, parameters")).toBe(64 * 51);
      await page.goBack();
      await expect.poll(() => fact(page, "μ, loss alignment")).toBe(before);
      await page.close();
    });

    test("what is not allowed is said in one line", async () => {
      const { page } = await explorer.open("#alignment?n=5000");
      await page.getByText("Samples n: expected a whole number from 10 to 400, got 5000").waitFor();
      await page.goto(`${explorer.address}#alignment?model=cnn`);
      await page.getByText("expected images for a convolutional network").waitFor();
      await page.goto(`${explorer.address}#alignment?data=digits&n=350`);
      await page.getByText("expected at most the 300 digits of this build, got 350").waitFor();
      await page.close();
    });

    test("figures and maps are saved as SVG, PNG and CSV", async () => {
      const { page, complaints } = await explorer.open("#alignment?n=40&d=6");
      await page.getByText("μ at worst").waitFor();
      const saved = async (name: RegExp) => {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name }).click(),
        ]);
        const stream = await download.createReadStream();
        const parts: Buffer[] = [];
        for await (const part of stream) parts.push(part as Buffer);
        return Buffer.concat(parts);
      };
      for (const title of ["Directional alignment along", "Noise covariance"]) {
        const svg = (await saved(new RegExp(`Save “${title}.*SVG`))).toString("utf8");
        const isWellFormed = await page.evaluate(
          (text) =>
            new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror") === null,
          svg,
        );
        expect(isWellFormed).toBe(true);
        expect([...(await saved(new RegExp(`Save “${title}.*PNG`))).subarray(1, 4)]).toEqual([80, 78, 71]);
        const lines = (await saved(new RegExp(`numbers of “${title}.*CSV`))).toString("utf8").split("\r\n");
        expect(lines.length).toBeGreaterThan(6);
      }
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("the map's diagonal is g along the eigenvectors", async () => {
      const data = gaussianData(kernels);
      const model = linearModel({ ...data, kernels });
      const theta = model.initialize(data.stream.split("initial"));
      const { spectrum } = await measure(model.linearize(theta), { kernels });
      const { page } = await explorer.open(`#alignment?n=${size.n}&d=${size.d}`);
      await page.locator('[data-ready="true"]').waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: /numbers of “Noise covariance/ }).click(),
      ]);
      const parts: Buffer[] = [];
      for await (const part of await download.createReadStream()) parts.push(part as Buffer);
      const cells = Buffer.concat(parts).toString("utf8").trim().split("\r\n").slice(1);
      const diagonal = cells
        .map((line) => line.split(",").map(Number))
        .filter(([row, column]) => row === column);
      expect(diagonal).toHaveLength(spectrum.eigenvalues.length);
      for (const [row, , value] of diagonal) near(value, defined(spectrum.alignments[row - 1]).covariance);
      await page.close();
    });
  },
);
