import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderAdvisePage } from "../../src/report/page/renderAdvisePage.ts";
import { renderMeasurePage } from "../../src/report/page/renderMeasurePage.ts";
import { renderPage } from "../../src/report/page/renderPage.ts";
import { chromiumMissing, launchChromium } from "../browser/chromium.ts";
import { complaintsOf, overflowOf, violationsOf } from "../browser/faults.ts";
import { advice, measurement, reproduction } from "./samples.ts";

describe.skipIf(chromiumMissing)(
  chromiumMissing ? "in Chromium (skipped: none installed)" : "in Chromium",
  () => {
    let browser: Browser;
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "noisegeo-report-"));
      writeFileSync(join(folder, "reproduction.html"), renderPage(reproduction));
      writeFileSync(join(folder, "measurement.html"), renderMeasurePage(measurement));
      writeFileSync(join(folder, "advice.html"), renderAdvisePage(advice));
      browser = await launchChromium();
    });

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(
      name: string,
      width: number,
      colorScheme: "light" | "dark",
    ): Promise<{ page: Page; complaints: readonly string[] }> {
      const page = await browser.newPage({
        viewport: { width, height: 900 },
        colorScheme,
        javaScriptEnabled: true,
      });
      const complaints = complaintsOf(page, (url) => /^(file|data):/.test(url));
      await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
      return { page, complaints };
    }

    const views = ["reproduction", "measurement", "advice"].flatMap((name) =>
      [360, 1440].flatMap((width) =>
        (["light", "dark"] as const).map((scheme) => [name, width, scheme] as const),
      ),
    );

    test.each(views)(
      "the %s at %d pixels, %s: quiet, within its width, accessible",
      async (name, width, scheme) => {
        const { page, complaints } = await open(name, width, scheme);
        await page.evaluate(() => {
          for (const details of document.querySelectorAll("details")) details.open = true;
        });
        expect(await overflowOf(page)).toBeLessThanOrEqual(0);
        const violations = (await violationsOf(page)).map(({ id, impact }) => `${impact}: ${id}`);
        expect(violations).toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
      },
    );

    test.each([360, 1440])(
      "at %d pixels no text of a figure is cut off or lies on another's",
      async (width) => {
        const { page } = await open("reproduction", width, "light");
        const faults = await page.evaluate(() => {
          const found: string[] = [];
          for (const svg of document.querySelectorAll("figure svg")) {
            const frame = svg.getBoundingClientRect();
            if (frame.width === 0) continue;
            const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent !== "");
            const boxes = texts.map((text) => text.getBoundingClientRect());
            boxes.forEach((box, index) => {
              const name = texts[index].textContent;
              const isInside =
                box.left >= frame.left &&
                box.right <= frame.right &&
                box.top >= frame.top &&
                box.bottom <= frame.bottom;
              if (!isInside) found.push(`cut off: ${name}`);
              boxes.slice(index + 1).forEach((other, offset) => {
                const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
                // A line's box is taller than its letters: lines may share a few pixels of leading.
                const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
                if (across > 1 && down > 4)
                  found.push(`${name} lies on ${texts[index + 1 + offset].textContent}`);
              });
            });
          }
          return found;
        });
        expect(faults).toEqual([]);
        await page.close();
      },
    );

    test("one drawing of each figure is displayed, by the width", async () => {
      for (const [width, shown] of [
        [360, "narrow"],
        [1440, "wide"],
      ] as const) {
        const { page } = await open("reproduction", width, "light");
        const displayed = await page.evaluate(() =>
          [...document.querySelectorAll("figure > div")]
            .filter((part) => part.clientWidth > 0)
            .map((part) => part.className),
        );
        expect(new Set(displayed)).toEqual(new Set([shown]));
        await page.close();
      }
    });

    test("figures follow the colours of the page", async () => {
      const inks = await Promise.all(
        (["light", "dark"] as const).map(async (scheme) => {
          const { page } = await open("reproduction", 1440, scheme);
          const colours = await page.evaluate(() => {
            const ink = (selector: string) => getComputedStyle(document.querySelector(selector)!);
            return [ink("figure .y-label").fill, ink("body").color];
          });
          await page.close();
          return colours;
        }),
      );
      for (const [figure, text] of inks) expect(figure).toBe(text);
      expect(inks[0]).not.toEqual(inks[1]);
    });

    test("a definition appears on focus, by keyboard alone", async () => {
      const { page } = await open("reproduction", 1440, "light");
      const definition = page.locator(".opening .definition").first();
      expect(await definition.isVisible()).toBe(false);
      await page.locator(".opening .term a").first().focus();
      expect(await definition.isVisible()).toBe(true);
      await page.close();
    });

    test("Escape closes a definition that the pointer or the focus shows", async () => {
      const { page } = await open("reproduction", 1440, "light");
      const link = page.locator(".opening .term a").first();
      const definition = page.locator(".opening .definition").first();
      for (const show of [() => link.focus(), () => link.hover()]) {
        await show();
        expect(await definition.isVisible()).toBe(true);
        await page.keyboard.press("Escape");
        expect(await definition.isVisible()).toBe(false);
        await page.mouse.move(0, 0);
        await link.blur();
      }
      await link.focus();
      expect(await definition.isVisible()).toBe(true);
      await page.close();
    });

    test("a touch opens a definition, the next one closes it, and the page stays where it is", async () => {
      const context = await browser.newContext({ viewport: { width: 360, height: 900 }, hasTouch: true });
      const page = await context.newPage();
      await page.goto(pathToFileURL(join(folder, "reproduction.html")).href);
      const [first, second] = [0, 1].map((index) => ({
        link: page.locator(".opening .term a").nth(index),
        definition: page.locator(".opening .definition").nth(index),
      }));
      await second.link.tap();
      expect(await second.definition.isVisible()).toBe(true);
      await second.link.tap();
      expect(await second.definition.isVisible()).toBe(false);
      await second.link.tap();
      await first.link.tap();
      expect(await first.definition.isVisible()).toBe(true);
      expect(await second.definition.isVisible()).toBe(false);
      expect(new URL(page.url()).hash).toBe("");
      await context.close();
    });

    test("on paper it is light, without measurements but with the files that hold them", async () => {
      const { page } = await open("reproduction", 1440, "dark");
      const files = page.locator(".experiment .printed");
      expect(await files.first().isVisible()).toBe(false);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        "rgb(255, 255, 255)",
      );
      const tables = page.locator(".numbers table");
      for (let k = 0; k < (await tables.count()); k++) expect(await tables.nth(k).isVisible()).toBe(false);
      expect(await tables.count()).toBeGreaterThan(0);
      for (const [k, { id }] of reproduction.experiments.entries()) {
        expect(await files.nth(k).isVisible()).toBe(true);
        expect(await files.nth(k).textContent()).toContain(`figures/${id}-*.csv`);
      }
      for (const table of ["checks", "overview"])
        expect(await page.locator(`table.${table}`).first().isVisible()).toBe(true);
      expect(await page.locator("nav").isVisible()).toBe(false);
      await page.close();
    });

    test("on paper the numbers of advice are unfolded", async () => {
      const { page } = await open("advice", 1440, "dark");
      await page.emulateMedia({ media: "print" });
      expect(await page.locator(".numbers table").first().isVisible()).toBe(true);
      await page.close();
    });
  },
);
