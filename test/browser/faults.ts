/** What is wrong with a page, for tests that expect nothing. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/** From now on: console messages, uncaught errors, and requests for what `isOwn` does not know. */
export function complaintsOf(page: Page, isOwn: (url: string) => boolean): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!isOwn(request.url())) complaints.push(`loads ${request.url()}`);
  });
  return complaints;
}

/** Of a page of this server, which may hold data of its own. */
export function isServedBy(address: string): (url: string) => boolean {
  return (url) => url.startsWith(address) || /^(data|blob):/.test(url);
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface Violation {
  readonly id: string;
  readonly impact: string;
  /** HTML of each place. */
  readonly places: readonly string[];
}

/** What axe finds fault with. */
export async function violationsOf(page: Page): Promise<readonly Violation[]> {
  // a page's policy may keep scripts out that are not its own; the test's protocol is not held to it
  await page.evaluate(axe);
  return page.evaluate(async () => {
    type Found = { id: string; impact: string; nodes: { html: string }[] };
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Found[] }> } };
    return (await axe.run()).violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      places: nodes.map(({ html }) => html),
    }));
  });
}

/** Pixels by which a page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.scrollingElement!.scrollWidth - window.innerWidth);
}
