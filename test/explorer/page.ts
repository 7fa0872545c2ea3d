/** The built explorer in a browser, for tests that drive its views. */
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { expect, test } from "vitest";
import { launchChromium } from "../browser/chromium.ts";
import { complaintsOf, isServedBy, overflowOf, violationsOf } from "../browser/faults.ts";
import { type StaticServer, serveFolder } from "./staticServer.ts";

/** Where the build is: dist/explorer, or the folder that EXPLORER_BUILD names. */
export const explorerFolder = process.env.EXPLORER_BUILD
  ? pathToFileURL(`${process.env.EXPLORER_BUILD}/`)
  : new URL("../../dist/explorer/", import.meta.url);

interface OpenOptions {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

interface OpenPage {
  readonly page: Page;
  /** Console messages, uncaught errors and requests that go anywhere else. */
  readonly complaints: readonly string[];
}

export interface ExplorerBrowser {
  readonly address: string;
  /** A new page at an address such as "#alignment?n=100". */
  open(hash: string, options?: OpenOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

/** @param served the build as a static site, unless another server has it */
export async function openExplorer(served?: StaticServer): Promise<ExplorerBrowser> {
  const server: StaticServer = served ?? (await serveFolder(explorerFolder));
  const browser: Browser = await launchChromium();
  return {
    address: server.address,
    async open(hash, { width = 1440, colorScheme = "light" } = {}) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const complaints = complaintsOf(page, isServedBy(server.address));
      await page.goto(`${server.address}${hash}`);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Nothing that axe finds fault with, and no scrolling sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  const violations = await violationsOf(page);
  const shown = violations.map(
    ({ id, impact, places }) => `${impact}: ${id}: ${places.map((html) => html.slice(0, 120)).join(" ")}`,
  );
  expect(shown).toEqual([]);
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
}

/** The number beside a name in a view's facts, at full precision. */
export async function fact(page: Page, name: string): Promise<number> {
  return Number(await page.locator(`[data-name="${name}"] data`).getAttribute("value"));
}

/** Moves a slider as a pointer does, and holds it. */
export async function drag(page: Page, label: string, position: number): Promise<void> {
  await page.getByLabel(label, { exact: false }).evaluate((input, value) => {
    (input as HTMLInputElement).value = String(value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, position);
}

/** Moves a slider as a pointer does, and lets go of it. */
export async function slide(page: Page, label: string, position: number): Promise<void> {
  await drag(page, label, position);
  await page
    .getByLabel(label, { exact: false })
    .evaluate((input) => input.dispatchEvent(new Event("change", { bubbles: true })));
}

/** Waits until the page has shown what came of what `act` does to a view. In milliseconds, by the page's clock. */
export async function responseTo(page: Page, act: () => Promise<void>): Promise<number> {
  const results = page.locator("[data-ready]");
  const before = await results.getAttribute("data-responded");
  await act();
  await expect.poll(() => results.getAttribute("data-responded")).not.toBe(before);
  return Number(await results.getAttribute("data-response"));
}

/**
 * Declares the tests that a view passes on a phone and on a desk, light and dark: it says nothing to the console, loads
 * nothing from elsewhere, scrolls up and down only, and axe finds no fault, with all that can be unfolded open.
 *
 * @param show opens the view and waits until it has its results
 */
export function testEveryWayItIsShown(show: (options: OpenOptions) => Promise<OpenPage>, what = ""): void {
  test.each([
    [360, "light"],
    [360, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const)(`${what}at %d pixels, %s: quiet, within its width, accessible`, async (width, colorScheme) => {
    const { page, complaints } = await show({ width, colorScheme });
    await page.locator(".plot svg").first().waitFor();
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await page.close();
  });
}
