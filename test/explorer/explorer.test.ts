import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumMissing } from "../browser/chromium.ts";
import { type ExplorerBrowser, explorerFolder, openExplorer, testEveryWayItIsShown } from "./page.ts";

const text = (name: string) => readFileSync(new URL(name, explorerFolder), "utf8");

describe("the static build", () => {
  const html = text("index.html");

  test("loads at most 250 kB of script first, gzipped", () => {
    const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name);
    expect(first.length).toBeGreaterThan(0);
    const bytes = first.reduce((sum, name) => sum + gzipSync(text(name)).length, 0);
    console.log(`first script: ${(bytes / 1e3).toFixed(1)} kB gzipped`);
    expect(bytes).toBeLessThanOrEqual(250_000);
  });

  test("names its files relative to itself, and nothing elsewhere", () => {
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    for (const address of addresses) expect(address).toMatch(/^(\.\/|data:)/);
    expect(html).toContain("connect-src 'none'");
  });

  test("brings MNIST digits in at most 300 kB", () => {
    const name = readdirSync(new URL("assets/", explorerFolder)).find((file) => file.includes("digits"));
    const pixels = /["`]([A-Za-z0-9+/=]{1000,})["`]/.exec(text(`assets/${name}`))?.[1] ?? "";
    expect(Buffer.from(pixels, "base64").length).toBe(300 * 28 ** 2);
  });
});

describe.skipIf(chromiumMissing)(
  `in Chromium, from a sub-path${chromiumMissing ? " (skipped: none installed)" : ""}`,
  () => {
    let explorer: ExplorerBrowser;
    beforeAll(async () => {
      explorer = await openExplorer();
    });
    afterAll(() => explorer?.close());

    test("opens its first view without a name, and says so of a name that is none", async () => {
      const { page, complaints } = await explorer.open("");
      await page.getByRole("heading", { level: 1, name: "Alignment" }).waitFor();
      await page.goto(`${explorer.address}#nonsense`);
      await page.getByText("there is no view named nonsense").waitFor();
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("neither the page nor its workers can open a connection", async () => {
      const { page } = await explorer.open("");
      const ends = await page.evaluate(async (address) => {
        const attempt = `fetch(${JSON.stringify(address)}).then(() => "sent", () => "refused")`;
        const source = new Blob([`${attempt}.then((end) => postMessage(end));`]);
        const worker = new Worker(URL.createObjectURL(source));
        const inWorker = new Promise((resolve) => {
          worker.onmessage = ({ data }) => resolve(data);
        });
        const inPage = fetch(address).then(
          () => "sent",
          () => "refused",
        );
        return Promise.all([inPage, inWorker]);
      }, explorer.address);
      expect(ends).toEqual(["refused", "refused"]);
      await page.close();
    });

    test("its workers are started from blobs, which are held to the page's policy", async () => {
      const { page } = await explorer.open("");
      await page.locator('[data-ready="true"]').waitFor();
      expect(page.workers().map((worker) => new URL(worker.url()).protocol)).toContain("blob:");
      for (const worker of page.workers()) expect(worker.url()).toMatch(/^blob:/);
      await page.close();
    });

    testEveryWayItIsShown(async (options) => {
      const opened = await explorer.open("#alignment?n=60&d=10&directions=10", options);
      await opened.page.locator('[data-ready="true"]').waitFor();
      return opened;
    });

    test("is moved through by keyboard alone", async () => {
      const { page } = await explorer.open("#alignment?n=60&d=10&directions=10");
      await page.locator('[data-ready="true"]').waitFor();
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
      await page.keyboard.press("Enter");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
      await page.getByRole("application").first().focus();
      await page.keyboard.press("ArrowRight");
      await page.getByText(/^\(1, 1\): /).waitFor();
      await page.getByRole("slider", { name: "Samples n" }).focus();
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => page.url()).toContain("n=61");
      await page.close();
    });
  },
);
