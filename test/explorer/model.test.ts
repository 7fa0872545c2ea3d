import { readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy, encodeNpz, encodeSafetensors, openArrays, readAll } from "../../src/data/index.ts";
import { createStream } from "../../src/random/index.ts";
import { chromiumMissing } from "../browser/chromium.ts";
import { noisegeo, scratchFolder } from "../cli/noisegeo.ts";
import { externalTensor, node, onnxFile } from "../models/onnx/onnxFile.ts";
import { type ExplorerBrowser, expectAccessible, fact, openExplorer, testEveryWayItIsShown } from "./page.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));
const resnet = {
  onnx: join(fixtures, "networks/resnet-17-dynamic.onnx"),
  data: join(fixtures, "networks/resnet.npz"),
};

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const at = (name: string) => join(scratch.path, name);
const write = (name: string, bytes: Uint8Array | string) => writeFileSync(at(name), bytes);

/** More parameters than n·C, and fewer: measured on the side of K, and of p×p moments. */
const [wide, tall] = [
  [6, 2, 30],
  [40, 2, 12],
].map(([n, outputs, p]) => {
  const stream = createStream(n);
  return {
    jacobian: { data: stream.gaussians(new Float64Array(n * outputs * p)), shape: [n, outputs, p] },
    residuals: { data: stream.gaussians(new Float64Array(n * outputs)), shape: [n, outputs] },
  };
});

beforeAll(async () => {
  write("J.npy", encodeNpy(wide.jacobian.data, wide.jacobian.shape));
  write("r.npy", encodeNpy(wide.residuals.data, wide.residuals.shape));
  write("wide.npz", await encodeNpz(wide));
  write("packed.npz", await encodeNpz(wide, { compressed: true }));
  write("tall.npz", await encodeNpz(tall));
  write("wide.safetensors", encodeSafetensors(wide));
  const arrays = await openArrays(resnet.data);
  const [x, labels] = await Promise.all([arrays.array("x"), arrays.array("labels")]);
  write(
    "classes.npz",
    await encodeNpz({
      x: { data: await readAll(x), shape: x.shape },
      y: { data: BigInt64Array.from(await readAll(labels), BigInt), shape: labels.shape },
    }),
  );
  await arrays.close();
});

/** What the command writes for these words. */
async function command(...words: string[]) {
  const { code, stdout, stderr } = await noisegeo(["measure", ...words, "--json", "-"], {
    cwd: scratch.path,
  });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const choose = (page: Page, ...files: string[]) => page.getByLabel("Choose files").setInputFiles(files);
const ready = (page: Page) => page.locator('[data-ready="true"]').waitFor();

async function saved(page: Page, name: RegExp): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name }).click(),
  ]);
  return readFileSync(await download.path(), "utf8");
}

/** The same keys in the same order, and numbers to 1e-6 of theirs; rounding moves what is 0 by `zero` at most. */
function expectAgreement(actual: unknown, expected: unknown, zero: number, path = ""): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const off = Math.abs(actual - expected);
    expect(off, `${path}: ${actual} for ${expected}`).toBeLessThanOrEqual(1e-6 * Math.abs(expected) + zero);
  } else if (typeof expected === "object" && expected !== null && typeof actual === "object") {
    expect(Object.keys(actual ?? {}), path).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      const rounding = /Error|Residual/.test(key) ? 1e-9 : 0;
      expectAgreement((actual as Record<string, unknown>)[key], value, rounding, `${path}.${key}`);
    }
  } else {
    expect(actual, path).toEqual(expected);
  }
}

describe.skipIf(chromiumMissing)(
  `the view Your model in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
  () => {
    let explorer: ExplorerBrowser;
    beforeAll(async () => {
      explorer = await openExplorer();
    });
    afterAll(() => explorer?.close());

    const sources: Record<string, { files: string[]; words: string[]; set?: string; options?: string[] }> = {
      "an npz file": { files: ["wide.npz"], words: ["--npz", "wide.npz"] },
      "a compressed one, with the certificate": {
        files: ["packed.npz"],
        words: ["--npz", "packed.npz"],
        set: "certificate=yes&top=5",
        options: ["--certificate", "--top", "5"],
      },
      "two npy files, with stability": {
        files: ["r.npy", "J.npy"],
        words: ["--jacobian", "J.npy", "--residuals", "r.npy"],
        set: "stability=1,4&replacement=with",
        options: ["--stability", "1,4", "--replacement"],
      },
      "a safetensors file": { files: ["wide.safetensors"], words: ["--safetensors", "wide.safetensors"] },
      "fewer parameters than outputs, with everything": {
        files: ["tall.npz"],
        words: ["--npz", "tall.npz"],
        set: "certificate=yes&stability=2",
        options: ["--certificate", "--stability", "2"],
      },
      "a network, with everything": {
        files: [resnet.onnx, resnet.data],
        words: ["--onnx", resnet.onnx, "--data", resnet.data],
        set: "hessian=yes&certificate=yes&stability=1,3",
        options: ["--hessian", "--certificate", "--stability", "1,3"],
      },
      "a network with cross-entropy": {
        files: [resnet.onnx, "classes.npz"],
        words: ["--onnx", resnet.onnx, "--data", "classes.npz"],
        set: "loss=cross-entropy&hessian=yes&seed=3",
        options: ["--loss", "cross-entropy", "--hessian", "--seed", "3"],
      },
      "a network on some of its samples": {
        files: [resnet.onnx, resnet.data],
        words: ["--onnx", resnet.onnx, "--data", resnet.data],
        set: "samples=4&seed=5",
        options: ["--samples", "4", "--seed", "5"],
      },
    };

    test.each(Object.entries(sources))(
      "%s: the document and the numbers shown are the command's",
      async (_, source) => {
        const { files, words, set = "", options = [] } = source;
        const { page, complaints } = await explorer.open(`#model?${set}`);
        await choose(page, ...files.map((file) => (file.startsWith("/") ? file : at(file))));
        await ready(page);
        const expected = await command(...words, ...options);
        expectAgreement(JSON.parse(await saved(page, /measure\.json/)), expected, 0);

        const shown: [string, number][] = [
          ["μ, loss alignment", expected.lossAlignment.covariance],
          ["μ_1, with Σ_1", expected.lossAlignment.secondMoment],
          ["L, loss", expected.loss],
          ["λ_max(G)", expected.gaussNewton.eigenvalues[0]],
          ["Tr Σ", expected.noise.trace],
        ];
        if (expected.lossKind === "mse") {
          shown.push(["C·μ", expected.outputs * expected.lossAlignment.covariance]);
        }
        if (expected.certificate) {
          shown.push(["μ at least", expected.certificate.lossAlignment.min]);
          shown.push(["μ at most", expected.certificate.lossAlignment.max]);
        }
        if (expected.hessian) {
          shown.push(["λ_max(H)", expected.hessian.maxEigenvalue], ["Tr H", expected.hessian.trace]);
        }
        for (const [name, value] of shown) expectAgreement(await fact(page, name), value, 0, name);
        for (const { batch, threshold } of expected.stability ?? []) {
          const cell = page.locator(`tr[data-batch="${batch}"] data`).first();
          expectAgreement(Number(await cell.getAttribute("value")), threshold, 0, `η* at ${batch}`);
        }
        expect(complaints).toEqual([]);
        await page.close();
      },
    );

    test("the figure's numbers are g and g₁ of the document", async () => {
      const { page } = await explorer.open("#model");
      await choose(page, at("wide.npz"));
      await ready(page);
      const { directional } = JSON.parse(await saved(page, /measure\.json/));
      const lines = (await saved(page, /numbers of “Directional alignment/)).trim().split("\r\n");
      for (const [series, values] of [
        ["g(v_k)", directional.covariance],
        ["g₁(v_k)", directional.secondMoment],
      ]) {
        const drawn = lines
          .filter((line) => line.includes(series))
          .map((line) => Number(line.split(",").at(-3)));
        expect(drawn).toEqual(values);
      }
      await page.close();
    });

    test("float32 is another arithmetic, of nearly the same numbers", async () => {
      const { page } = await explorer.open("#model?precision=f32");
      await choose(page, at("wide.npz"));
      await ready(page);
      const { lossAlignment } = await command("--npz", "wide.npz");
      const share = (await fact(page, "μ, loss alignment")) / lossAlignment.covariance;
      expect(Math.abs(share - 1)).toBeLessThan(1e-5);
      expect(share).not.toBe(1);
      await page.close();
    });

    test("files can be dropped anywhere on the page, one after the other", async () => {
      const { page, complaints } = await explorer.open("#model");
      await page.getByText("drop them anywhere").waitFor();
      const drop = (name: string, bytes: Buffer) =>
        page.evaluate(
          ([file, base64]) => {
            const transfer = new DataTransfer();
            const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
            transfer.items.add(new File([content], file));
            const event = (type: string) =>
              new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
            const target = document.querySelector("h1") as HTMLElement;
            const isTaken = !target.dispatchEvent(event("dragover"));
            return isTaken && !target.dispatchEvent(event("drop"));
          },
          [name, bytes.toString("base64")],
        );
      expect(await drop("resnet.onnx", readFileSync(resnet.onnx))).toBe(true);
      await page.getByText("Now add its data").waitFor();
      expect(await drop("resnet.npz", readFileSync(resnet.data))).toBe(true);
      await ready(page);
      const ofNetwork = await fact(page, "μ, loss alignment");
      // a source of another kind takes its place
      await drop("wide.npz", readFileSync(at("wide.npz")));
      await expect
        .poll(() => page.getByLabel("Files", { exact: true }).getByRole("listitem").count())
        .toBe(1);
      await ready(page);
      expect(await fact(page, "μ, loss alignment")).not.toBe(ofNetwork);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("a network that keeps its numbers in another file takes it", async () => {
      const numbers = Float64Array.of(0.3, -1, 2, 0.7);
      const location = { location: "model.onnx.data", offset: "0", length: "32" };
      const spec = { nodes: [node("Mul", ["x", "w"])], tensors: [externalTensor("w", [4], location)] };
      write("model.onnx", onnxFile(spec));
      write("model.onnx.data", new Uint8Array(numbers.buffer));
      const stream = createStream(3);
      const array = () => ({ data: stream.gaussians(new Float64Array(20)), shape: [5, 4] });
      write("linear.npz", await encodeNpz({ x: array(), y: array() }));
      const { page } = await explorer.open("#model");
      await choose(page, at("model.onnx"), at("linear.npz"));
      await page.getByText("expected its numbers in model.onnx.data, got no such file").waitFor();
      await choose(page, at("model.onnx.data"));
      await ready(page);
      const expected = await command("--onnx", "model.onnx", "--data", "linear.npz");
      expectAgreement(JSON.parse(await saved(page, /measure\.json/)), expected, 0);
      await page.close();
    });

    test("nothing leaves: neither page nor workers can send what they read", async () => {
      const { page, complaints } = await explorer.open("#model");
      const requests: string[] = [];
      page.on("request", (request) => {
        if (!/^(blob|data):/.test(request.url())) requests.push(`${request.method()} ${request.url()}`);
      });
      await page.getByText("lets it open no connection whatever").waitFor();
      await choose(page, at("wide.npz"));
      await ready(page);
      // scripts of its own build, and nothing with a body
      for (const request of requests) {
        expect(request).toMatch(new RegExp(`^GET ${explorer.address}assets/[\\w.-]+$`));
      }
      expect(complaints).toEqual([]);
      const attempt = (address: string) =>
        fetch(address, { method: "POST", body: "numbers" }).then(
          () => "sent",
          () => "refused",
        );
      expect(await page.evaluate(attempt, explorer.address)).toBe("refused");
      const workers = page.workers();
      expect(workers.length).toBeGreaterThan(0);
      for (const worker of workers) expect(await worker.evaluate(attempt, explorer.address)).toBe("refused");
      await page.close();
    });

    test("what is wrong with files is said in one line, and the next ones are measured", async () => {
      const nan = {
        ...wide,
        residuals: { ...wide.residuals, data: wide.residuals.data.with(3, Number.NaN) },
      };
      const infinite = {
        ...wide,
        jacobian: { ...wide.jacobian, data: wide.jacobian.data.with(7, Infinity) },
      };
      write("nan.npz", await encodeNpz(nan));
      write("infinite.npz", await encodeNpz(infinite));
      write("other.npz", await encodeNpz({ weights: wide.jacobian }));
      write("cut.npz", readFileSync(at("wide.npz")).subarray(0, 900));
      write("short.npy", encodeNpy(new Float64Array(5), [5]));
      write("notes.txt", "not numbers");
      write("none.onnx", "not a network");
      const shape = await inputShape();
      const size = shape.reduce((product, length) => product * length, 9000);
      const zeros = { data: new Float32Array(size), shape: [9000, ...shape] };
      write(
        "many.npz",
        await encodeNpz({ x: zeros, y: { data: new Float32Array(27_000), shape: [9000, 3] } }),
      );

      const { page, complaints } = await explorer.open("#model");
      const alert = page.getByRole("alert");
      const said: [files: string[], line: RegExp][] = [
        [[at("nan.npz")], /^nan\.npz:residuals: expected finite numbers, got NaN/],
        [[at("infinite.npz")], /^infinite\.npz:jacobian: expected finite numbers, got Infinity/],
        [
          [at("other.npz")],
          /^other\.npz: expected arrays jacobian and residuals, or x and y .*, got weights/,
        ],
        [[at("cut.npz")], /^cut\.npz: expected a zip archive, found no end of one/],
        [
          [join(fixtures, "torch/checkpoint.pt")],
          /^checkpoint\.pt: expected a network .*got weights of PyTorch/,
        ],
        [[at("J.npy"), at("short.npy")], /^short\.npy: expected shape \(6, 2\) to go with the Jacobian's/],
        [[at("J.npy"), resnet.onnx], /got both: J\.npy and resnet-17-dynamic\.onnx; choose one/],
        [[at("wide.npz"), at("tall.npz")], /^expected one file of each kind, got wide\.npz and tall\.npz/],
        [
          [at("notes.txt")],
          /^notes\.txt: expected an \.npz, \.npy, \.safetensors or \.onnx file, got other content/,
        ],
        [[at("none.onnx"), resnet.data], /^none\.onnx: expected an ONNX file, got bytes that are none/],
        [[resnet.onnx, at("many.npz")], /in a page, got 9000 × 3; set Samples to 2730 or fewer/],
      ];
      for (const [files, line] of said) {
        await choose(page, ...files);
        await expect.poll(() => alert.first().textContent()).toMatch(line);
        expect((await alert.first().textContent())?.includes("\n")).toBe(false);
      }
      await page.getByLabel("Samples").fill("5");
      await page.getByLabel("Samples").press("Enter");
      await ready(page);
      await expect.poll(() => page.url()).toContain("samples=5");
      expect(await alert.first().textContent()).toBe("");
      expect(await page.locator('[data-name="L, loss"] data').count()).toBe(1);
      await choose(page, at("notes.txt"));
      await expect.poll(() => page.getByLabel("Files", { exact: true }).textContent()).toContain("notes.txt");
      expect(complaints).toEqual([]);
      await page.close();
    });

    async function inputShape(): Promise<readonly number[]> {
      const arrays = await openArrays(resnet.data);
      const [, ...shape] = (await arrays.array("x")).shape;
      await arrays.close();
      return shape;
    }

    test("undefined numbers give their reason", async () => {
      const silent = { ...wide, residuals: { ...wide.residuals, data: new Float64Array(12) } };
      write("silent.npz", await encodeNpz(silent));
      const { page, complaints } = await explorer.open("#model");
      await choose(page, at("silent.npz"));
      await ready(page);
      expect(await page.locator('[data-name="μ, loss alignment"]').textContent()).toContain(
        "the loss is zero",
      );
      await page.getByText("No alignment here: the loss is zero").waitFor();
      const document = JSON.parse(await saved(page, /measure\.json/));
      expectAgreement(document, await command("--npz", "silent.npz"), 0);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("settings are checked where they are typed, and stand in the address, not the files", async () => {
      const { page } = await explorer.open("#model");
      await choose(page, at("wide.npz"));
      await ready(page);
      const batches = page.getByLabel("Stability: batch sizes B");
      await batches.fill("4,zero");
      await batches.press("Enter");
      await page
        .getByText("expected batch sizes with commas between them, as in 1, 8, 64, got zero")
        .waitFor();
      await batches.fill("7");
      await batches.press("Enter");
      await page.getByText("Stability: expected batches of at most the 6 samples, got 7").waitFor();
      await batches.fill("4");
      await batches.press("Enter");
      await page.locator('tr[data-batch="4"]').waitFor();
      await page.getByLabel("Certificate").check();
      await page.locator('[data-name="μ at most"]').waitFor();
      await expect.poll(() => page.url()).toMatch(/#model\?certificate=yes&stability=4$/);
      await page.reload();
      await page.getByText("A link keeps the settings, not the files").waitFor();
      expect(await page.getByLabel("Certificate").isChecked()).toBe(true);
      expect(await page.getByLabel("Files", { exact: true }).count()).toBe(0);
      await page.goto(`${explorer.address}#model?samples=none`);
      await page.getByText("Samples: expected a whole number from 1 on, or nothing, got none").waitFor();
      await page.close();
    });

    test("long work says how far it is, stops when asked, and begins again", async () => {
      const [n, p] = [1500, 6000];
      const stream = createStream(9);
      write(
        "large.npz",
        await encodeNpz({
          jacobian: { data: stream.gaussians(new Float64Array(n * p)), shape: [n, p] },
          residuals: { data: stream.gaussians(new Float64Array(n)), shape: [n] },
        }),
      );
      const { page, complaints } = await explorer.open("#model?certificate=yes");
      // looked for from before on: it does not last
      const reading = () => page.getByText("Reading the Jacobian…").waitFor();
      await Promise.all([page.getByRole("progressbar").waitFor(), reading(), choose(page, at("large.npz"))]);
      await page.getByRole("button", { name: "Stop" }).press("Enter");
      await page.getByText("Stopped before the end.").waitFor();
      await Promise.all([reading(), page.keyboard.press("Enter")]);
      // files of another kind while it works
      await choose(page, at("wide.npz"));
      await ready(page);
      expect(await page.locator("section.results").textContent()).toContain(
        "6 samples, 2 outputs, 30 parameters",
      );
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("of a file that is larger than a page could read whole only what is wanted is read", async () => {
      // more bytes than one buffer of a page has, most of them a hole on the disk
      const padding = 2 ** 31;
      const tensors: Record<string, object> = {
        padding: { dtype: "U8", shape: [padding], data_offsets: [0, padding] },
      };
      let end = padding;
      for (const [name, { data, shape }] of Object.entries(wide)) {
        tensors[name] = { dtype: "F64", shape, data_offsets: [end, end + data.byteLength] };
        end += data.byteLength;
      }
      const header = Buffer.from(JSON.stringify(tensors).padEnd(512));
      const file = await open(at("huge.safetensors"), "w");
      await file.write(Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer), 0, 8, 0);
      await file.write(header, 0, header.length, 8);
      const numbers = Buffer.concat(
        Object.values(wide).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
      );
      await file.write(numbers, 0, numbers.length, 8 + header.length + padding);
      await file.close();

      const { page, complaints } = await explorer.open("#model");
      await choose(page, at("huge.safetensors"));
      await ready(page);
      const expected = await command("--npz", "wide.npz");
      expectAgreement(JSON.parse(await saved(page, /measure\.json/)), expected, 0);
      await page.getByText("2.15 GB").waitFor();
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("is used by keyboard alone", async () => {
      const { page } = await explorer.open("#model");
      // in time: the browser is told to hand its dialogues over
      const choosing = page.waitForEvent("filechooser");
      const input = page.getByLabel("Choose files");
      await input.focus();
      const label = page.locator("label.button", { hasText: "Choose files" });
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Tab");
      expect(await label.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
      await page.keyboard.press("Enter");
      await (await choosing).setFiles(at("wide.npz"));
      await ready(page);
      await page.getByRole("button", { name: "Remove wide.npz" }).press("Enter");
      await expect.poll(() => page.locator("dl.facts").count()).toBe(0);
      expect(await input.evaluate((element) => element === document.activeElement)).toBe(true);
      await page.close();
    });

    testEveryWayItIsShown(async (options) => {
      const opened = await explorer.open("#model?hessian=yes&certificate=yes&stability=1,3", options);
      await expectAccessible(opened.page);
      await choose(opened.page, resnet.onnx, resnet.data);
      await ready(opened.page);
      return opened;
    });
  },
);
