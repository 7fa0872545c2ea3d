import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../src/experiments/experiment.ts";
import { definitionScript } from "../../src/report/page/definitionScript.ts";
import { renderAdvisePage } from "../../src/report/page/renderAdvisePage.ts";
import { renderMeasurePage } from "../../src/report/page/renderMeasurePage.ts";
import { renderPage } from "../../src/report/page/renderPage.ts";
import { SYMBOLS } from "../../src/report/page/symbols.ts";
import { TERMS } from "../../src/report/page/terms.ts";
import { headline } from "../../src/report/page/verdicts.ts";
import type { Reproduction } from "../../src/report/reproduction.ts";
import { advice, eightSeries, everyLayer, measurement, reported, reproduction } from "./samples.ts";

const opened = (page: string) => parseHTML(page).document;
const texts = (root: ParentNode, selector: string) =>
  [...root.querySelectorAll(selector)].map((found) => found.textContent?.replace(/\s+/g, " ").trim());

describe.each([
  ["reproduction", renderPage(reproduction)],
  ["empty reproduction", renderPage({ ...reproduction, experiments: [] })],
  ["measurement", renderMeasurePage(measurement)],
  ["piece of advice", renderAdvisePage(advice)],
])("the page of a %s", (kind, page) => {
  const document = opened(page);

  test("stands alone: one script of its own, nothing loaded from anywhere", () => {
    expect(texts(document, "script")).toEqual([definitionScript.replace(/\s+/g, " ").trim()]);
    expect(document.querySelectorAll("iframe, object, img, link[rel=stylesheet]").length).toBe(0);
    expect(page).not.toMatch(/\ssrc=|@import|url\((?!#)/);
    expect([...document.querySelectorAll("link")].map((link) => link.getAttribute("href"))).toEqual([
      "data:,",
    ]);
  });

  test("has one heading at the top, a language, a title and a way past the contents", () => {
    expect(document.querySelectorAll("h1")).toHaveLength(1);
    expect(document.documentElement.getAttribute("lang")).toBe("en");
    expect(document.querySelector("title")?.textContent).not.toBe("");
    expect(document.querySelector("a")?.getAttribute("href")).toBe("#content");
  });

  test("every id is its own and every reference leads somewhere", () => {
    const ids = [...document.querySelectorAll("[id]")].map((found) => found.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      expect(ids).toContain(link.getAttribute("href")?.slice(1));
    }
    for (const name of ["aria-labelledby", "aria-describedby"]) {
      for (const found of document.querySelectorAll(`[${name}]`))
        expect(ids).toContain(found.getAttribute(name));
    }
    for (const [, id] of page.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(id);
  });

  test("defines both metrics in MathML", () => {
    // advice is not about the metrics
    expect(document.querySelectorAll(".definitions .card math")).toHaveLength(
      kind.includes("advice") ? 0 : 3,
    );
    expect(page).not.toContain("\\frac");
  });

  test("explains each defined term at the end, its formula typeset", () => {
    expect(texts(document, ".glossary dfn")).toEqual(
      [...TERMS, ...SYMBOLS].map(({ name }) => name.replace("_", "")),
    );
    expect(document.querySelectorAll(".glossary math").length).toBe(
      [...TERMS, ...SYMBOLS].filter(({ tex }) => tex !== undefined).length,
    );
  });
});

describe("the page of a reproduction", () => {
  const document = opened(renderPage(reproduction));

  test("opens with what came out", () => {
    expect(texts(document, ".headline")).toEqual(["1 of 3 claims holds, 1 fails, 1 is inconclusive."]);
    expect(texts(document, ".overview tr:not(.step) th[scope=row]")).toEqual(
      ["directional-alignment", "loss-alignment", "escape"].map((id) => `The claim called ${id}`),
    );
    expect(texts(document, ".overview tbody .verdict")).toEqual(["fails", "holds", "inconclusive"]);
    expect(texts(document, ".overview .step")).toEqual([
      "It follows the curvature direction by direction",
      "Further claims",
    ]);
    // |1.05 − 1.012| / 0.0131
    expect(texts(document, ".overview .margin")).toEqual(["2.9", "2.9", "2.9"]);
    expect(texts(document, ".overview .repeated")).toEqual(["20", "20", "20"]);
    expect(texts(document, ".opening")[0]).toContain("4 of 6 checks hold; 6 could have failed");
  });

  test("says what was not run and what ran without its data", () => {
    expect(texts(document, ".omitted li")).toEqual([
      "Cyclical learning rates find flatter minima (cyclical): not run.",
    ]);
    const [first, ...others] = reproduction.experiments;
    const table = {
      kind: ["left out", "left out", "start", "left out"],
      reason: ["no MNIST here", "no MNIST here", null, "no MNIST here"],
      instead: [null, null, null, "smooth random fields"],
    };
    const lacking = { ...first, result: { ...first.result, table } };
    const page = opened(renderPage({ ...reproduction, leftOut: [], experiments: [lacking, ...others] }));
    expect(texts(page, ".omitted li")).toEqual([
      `${first.title}: 2 trials left out: no MNIST here`,
      `${first.title}: 1 trial on smooth random fields in place of the data: no MNIST here`,
    ]);
    expect(texts(page, '.opening a[href="#omitted"]')).toEqual(["1 ran without some of the data"]);
    expect(texts(document, '.opening a[href="#omitted"]')).toEqual(["1 experiment was not run"]);
    expect(opened(renderPage({ ...reproduction, leftOut: [] })).querySelector(".omitted")).toBeNull();
  });

  test("tells each claim whole", () => {
    const sections = [...document.querySelectorAll("section.experiment")];
    expect(sections.map((section) => section.id)).toEqual(reproduction.experiments.map(({ id }) => id));
    for (const [index, section] of sections.entries()) {
      const { id, result, files } = reproduction.experiments[index];
      expect(section.querySelectorAll(".checks tbody tr")).toHaveLength(result.checks.length);
      expect(texts(section, ".checks .bounds")).toEqual(result.checks.map(() => "0.95 to 1.05"));
      expect(section.querySelectorAll("figure")).toHaveLength(result.figures.length);
      expect(section.querySelectorAll("figure svg")).toHaveLength(2 * result.figures.length);
      expect(texts(section, ".setting li").at(-1)).toBe(
        "Seed 7, quick scale, 1 min 13 s; noise-geometry 0.1.0 with OpenBLAS, 2 threads.",
      );
      expect(texts(section, ".command code")).toEqual([
        `npx noisegeo reproduce ${id} --seed 7 --scale quick`,
      ]);
      const addresses = [...section.querySelectorAll(".downloads a")].map((link) =>
        link.getAttribute("href"),
      );
      expect(addresses).toContain(`./${files.data}`);
      expect(addresses).toContain(`./${files.result}`);
      for (const { svg, png, csv } of files.figures) {
        for (const path of [svg, png, csv])
          expect(addresses.map((address) => decodeURIComponent(address!))).toContain(`./${path}`);
      }
    }
  });

  test("a figure under a claim says what it would show were that false", () => {
    const [first, second] = document.querySelectorAll("#loss-alignment figcaption");
    expect(texts(first, ".otherwise")).toEqual([
      "If the claim were false: the points would fall as n grows.",
    ]);
    expect(texts(second, ".otherwise")).toEqual([]);
    expect(texts(document, "svg desc")[0]).toContain(
      "If the claim were false: the points would fall as n grows.",
    );
  });

  test("what was seen stands open where it is short, and folded a paragraph a line where it is long", () => {
    const [first, ...others] = reproduction.experiments;
    const long = { ...first.result, reading: `${"Short of breath. ".repeat(50)}\nThe second line.` };
    const page = opened(
      renderPage({ ...reproduction, experiments: [{ ...first, result: long }, ...others] }),
    );
    expect(texts(page, "details.seen summary")).toEqual(["What was seen, in numbers"]);
    expect(texts(page, "details.seen .reading")[1]).toBe("The second line.");
    expect(page.querySelector("details.seen")?.hasAttribute("open")).toBe(false);
    expect(texts(page, "details.seen .reading")).toHaveLength(2);
    expect(document.querySelector("details.seen")).toBeNull();
    expect(texts(document, ".reading")).toHaveLength(reproduction.experiments.length);
  });

  test("shows the first rows and says how many there are", () => {
    const [numbers] = document.querySelectorAll(".experiment > .numbers");
    expect(texts(numbers, "summary")).toEqual(["The numbers behind it: first 30 of 64 rows"]);
    expect(numbers.querySelectorAll("tbody tr")).toHaveLength(30);
    expect(texts(numbers, "thead th")).toEqual(["model", "n", "mu"]);
    expect(texts(numbers.querySelectorAll("tbody tr")[0], "td")).toEqual(["diagonal", "0", "–"]);
    expect(texts(numbers.querySelectorAll("tbody tr")[3], "td")).toEqual(["diagonal", "3", "0.333333"]);
  });

  test("says how it was made, and is the same text every time", () => {
    expect(texts(document, "footer")[0]).toContain(`with OpenBLAS, 2 threads in 3 min 40 s, 2026-11-20.`);
    expect(texts(document, "footer code")).toEqual([reproduction.command]);
    const [first, ...others] = reproduction.experiments;
    const mixed = { ...reproduction, experiments: [{ ...first, kernels: "WebAssembly" }, ...others] };
    expect(texts(opened(renderPage(mixed)), "footer")[0]).toContain(
      "with kernels that are not the same for every claim in",
    );
    expect(renderPage(reproduction)).toBe(renderPage(reproduction));
  });

  test("explains a term once a section, where it first stands", () => {
    const [section] = document.querySelectorAll("section.experiment");
    expect(texts(section, ".term a")).toEqual([
      "loss alignment μ",
      "θ",
      "Gauss–Newton matrix",
      "interval",
      "n",
      "λk",
    ]);
  });
});

test("text is text, wherever it comes from", () => {
  const hostile = `</style></title><script>alert(1)</script><img src=x onerror=alert(1)>"'&\u0000`;
  const inject = <T>(value: T): T => {
    if (typeof value === "string") return (value + hostile) as T;
    if (Array.isArray(value)) return value.map(inject) as T;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, KEPT.has(key) ? inner : inject(inner)]),
    ) as T;
  };
  const experiment = reported("loss-alignment", "holds", [everyLayer, eightSeries(2)]);
  const injected: Reproduction = inject({ ...reproduction, experiments: [experiment] });
  const table = { [hostile]: [hostile] };
  const pages = [
    renderPage({
      ...injected,
      experiments: injected.experiments.map((other) => ({ ...other, result: { ...other.result, table } })),
    }),
    renderMeasurePage(inject(measurement)),
    renderAdvisePage(inject(advice)),
  ];
  for (const page of pages) {
    const document = opened(page);
    expect(texts(document, "script")).toEqual([definitionScript.replace(/\s+/g, " ").trim()]);
    expect(document.querySelectorAll("img, [onerror]").length).toBe(0);
    expect(document.querySelectorAll("style, title:not(svg title)")).toHaveLength(2);
    expect(page).not.toContain("\u0000");
    expect(texts(document, "footer code")[0]).toContain(
      "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&",
    );
    for (const link of document.querySelectorAll(".downloads a"))
      expect(link.getAttribute("href")).toMatch(/^\.\//);
  }
});

/** Fields whose values are a fixed vocabulary. */
const KEPT = new Set(["verdict", "kind", "scale", "axis"]);

test("a file's name is an address, never a scheme", () => {
  const experiment = reported("x", "holds", []);
  const files = { ...experiment.files, data: "javascript:alert(1)", result: "a b/c?d#e.json" };
  const document = opened(renderPage({ ...reproduction, experiments: [{ ...experiment, files }] }));
  const addresses = [...document.querySelectorAll("section.experiment > .downloads a")].map((link) =>
    link.getAttribute("href"),
  );
  expect(addresses).toEqual(["./javascript%3Aalert(1)", "./a%20b/c%3Fd%23e.json"]);
});

describe("the headline", () => {
  const cases: readonly (readonly [string, readonly Verdict[]])[] = [
    ["No claim was tested.", []],
    ["The claim is inconclusive.", ["inconclusive"]],
    ["Both claims hold.", ["holds", "holds"]],
    ["All 3 claims hold.", ["holds", "holds", "holds"]],
    ["4 of 5 claims hold, 1 is inconclusive.", ["holds", "holds", "inconclusive", "holds", "holds"]],
    ["1 of 4 claims holds, 2 fail, 1 is inconclusive.", ["holds", "fails", "fails", "inconclusive"]],
    ["None of the 3 claims holds: 1 fails, 2 are inconclusive.", ["fails", "inconclusive", "inconclusive"]],
  ];
  test.each(cases)("%s", (sentence, verdicts) => expect(headline(verdicts)).toBe(sentence));
});

test("the page of a measurement shows facts, figures and what is undefined", () => {
  const document = opened(renderMeasurePage(measurement));
  expect(texts(document, ".facts dt > span.term > a")).toEqual(["loss alignment μ", "G"]);
  expect(texts(document, ".facts strong")).toEqual(["0.931", "12.4"]);
  expect(texts(document, ".facts .note")).toEqual(["with Σ₁: 0.957"]);
  expect(document.querySelectorAll("figure svg")).toHaveLength(2);
  expect(texts(document, "section tbody :is(th, td)")).toEqual(["directional.covariance[12]", "vᵀGv = 0"]);
  expect(texts(document, "footer code")).toEqual([measurement.command]);
  const bare = opened(renderMeasurePage({ ...measurement, undefinedEntries: [], figures: [], facts: [] }));
  expect(bare.querySelectorAll("figure, table, .facts")).toHaveLength(0);
});

test("the page of a piece of advice shows answers with their validity, warnings, conditions and numbers", () => {
  const document = opened(renderAdvisePage(advice));
  expect(texts(document, ".warnings li")).toEqual([
    "“H is close to G” does not hold: ‖H − G‖F/‖G‖F = 0.73 <b>",
    "40 of 60,000 samples were measured.",
  ]);
  expect(texts(document, ".answers tbody strong")).toEqual(advice.answers.map(({ value }) => value));
  expect(texts(document, ".answers .verdict")).toEqual(["not valid", "valid", "not known"]);
  expect(texts(document, ".answers .statement")).toEqual(["exact for these samples"]);
  expect(texts(document, ".conditions .verdict")).toEqual(["fails", "not known", "holds"]);
  expect(document.querySelectorAll("figure svg")).toHaveLength(2);
  expect(
    [...document.querySelectorAll("figure .downloads a")].map((link) => link.getAttribute("href")),
  ).toEqual(["./figures/stability.svg", "./figures/stability.png"]);
  expect(texts(document, ".numbers thead th")).toEqual(["batch size B", "η*"]);
  expect(texts(document, ".numbers td")).toEqual(["1", "0.1", "2", "0.2"]);
  expect(texts(document, "footer code")).toEqual([advice.command]);
  const calm = opened(renderAdvisePage({ ...advice, warnings: [], undefinedEntries: [] }));
  expect(calm.querySelectorAll(".warnings, #undefined")).toHaveLength(0);
});
