import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumMissing, launchChromium } from "../browser/chromium.ts";
import { complaintsOf, isServedBy, overflowOf, violationsOf } from "../browser/faults.ts";
import { type StaticServer, serveFolder } from "../explorer/staticServer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "noisegeo-site-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let built: { readonly status: number | null; readonly said: string };
beforeAll(() => {
  const typedoc = join(root, "node_modules/typedoc/bin/typedoc");
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, "--out", folder], {
    cwd: root,
    encoding: "utf8",
  });
  built = { status, said: stdout + stderr };
});

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** What a page links to and shows that is not elsewhere on the web, as files of the site with their fragments. */
function targets(page: string, html: string): { readonly file: string; readonly fragment: string }[] {
  return [...html.matchAll(/ (?:href|src)="([^"]*)"/g)]
    .map(([, address]) => address.replaceAll("&amp;", "&"))
    .filter((address) => !/^(https?|mailto|data):/.test(address))
    .map((address) => {
      const [path, fragment = ""] = address.split("#");
      return { file: path === "" ? page : resolve(dirname(page), decodeURIComponent(path)), fragment };
    });
}

describe("the documentation site", () => {
  test("is built without a warning", () => {
    expect(built.said).not.toMatch(/warning|error/i);
    expect(built.status).toBe(0);
  });

  test("has a page for every layer that package.json exports, and for every document", () => {
    const layers = Object.values<{ types?: string }>(manifest.exports).flatMap(({ types }) => types ?? []);
    for (const types of layers) {
      const name = types.replace(/^\.\/dist\/|\/index\.d\.ts$/g, "").replace("index.d.ts", "noise-geometry");
      expect(existsSync(join(folder, `${name.replace(/^\.\//, "")}.html`)), name).toBe(true);
    }
    for (const name of readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"))) {
      expect(existsSync(join(folder, "docs", name.replace(/md$/, "html"))), name).toBe(true);
    }
  });

  test("links to nothing that is missing, and loads nothing from elsewhere", () => {
    const pages = new Map(
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".html"))
        .map((name) => [join(folder, name), readFileSync(join(folder, name), "utf8")]),
    );
    expect(pages.size).toBeGreaterThan(300);
    const places = new Map(
      [...pages].map(([page, html]) => [
        page,
        new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
      ]),
    );
    const broken: string[] = [];
    for (const [page, html] of pages) {
      for (const { file, fragment } of targets(page, html)) {
        const anchors = places.get(file);
        const found = anchors && fragment ? anchors.has(decodeURIComponent(fragment)) : existsSync(file);
        const inside = !relative(folder, file).startsWith("..");
        if (!found || !inside)
          broken.push(`${relative(folder, page)}: ${relative(folder, file)}#${fragment}`);
      }
      if (/<(script|img)[^>]* src="https?:|<link[^>]* href="https?:/.test(html)) broken.push(page);
    }
    expect(broken).toEqual([]);
  });

  test("leads from an identity to the page of its function and to the text of its test", () => {
    const theory = readFileSync(join(folder, "docs/theory.html"), "utf8");
    expect(theory).toContain('href="../geometry/lossAlignment.html"');
    expect(theory).toContain('href="../media/alignment.test.ts.txt"');
    expect(theory).toContain("<math");
    expect(theory).not.toContain("$<code>");
  });

  test("sets indices and exponents of formulas in plain text, and leaves names", () => {
    const read = (name: string) => readFileSync(join(folder, "docs", name), "utf8");
    expect(read("theory.html")).toContain("J<sub>i</sub> ∈ R<sup>C×p</sup>");
    expect(read("theory.html")).not.toContain("‖G‖_F");
    expect(read("contract.html")).toContain("at_least, at_most");
  });
});

describe.skipIf(chromiumMissing)(
  chromiumMissing ? "in Chromium (skipped: none installed)" : "in Chromium",
  () => {
    let browser: Browser;
    let server: StaticServer;
    beforeAll(async () => {
      server = await serveFolder(pathToFileURL(`${folder}/`));
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    const views = ["index", "docs/theory", "geometry/lossAlignment"].flatMap((name) =>
      [360, 1440].flatMap((width) =>
        (["light", "dark"] as const).map((scheme) => [name, width, scheme] as const),
      ),
    );

    test.each(views)(
      "%s at %d pixels, %s: quiet, within its width, nothing serious for axe",
      async (name, width, scheme) => {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
        const complaints = complaintsOf(page, isServedBy(server.address));
        await page.goto(`${server.address}${name}.html`);
        await page.waitForFunction(() => document.body.style.display !== "none");
        expect(await overflowOf(page)).toBeLessThanOrEqual(0);
        const violations = (await violationsOf(page))
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          // typedoc's own sidebar has the link of a module inside of what folds it; the module's page has the same link
          .filter(
            ({ id, places }) =>
              id !== "nested-interactive" || !places.every((html) => /^<summary class="tsd-acc/.test(html)),
          )
          .map(({ id, places }) => `${id}: ${places.map((html) => html.slice(0, 200)).join(" ")}`);
        expect(violations).toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
      },
    );
  },
);
