import { readFileSync } from "node:fs";
import temml from "temml";
import { describe, expect, test } from "vitest";

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

/** The parts of a text by their headings of level two and three. */
const parts = (text: string) =>
  text
    .split(/^(?=#{2,3} )/m)
    .filter((part) => part.startsWith("##"))
    .map((part) => ({ heading: part.slice(0, part.indexOf("\n")), text: part }));

const map = new Map(parts(read("map.md")).map(({ heading, text }) => [heading, text]));

const identities = parts(read("theory.md")).flatMap(({ heading, text }) =>
  [...text.matchAll(/^\| \((\d+)\.(\d+)\) +\| (.+?)<br>(.+)<br>(.+?) *\|$/gm)].map(
    ([, section, number, formula, held, by]) => ({ heading, section, number, formula, held, by }),
  ),
);

describe("the identities of docs/theory.md", () => {
  test("are numbered one by one, in every section", () => {
    const sections = parts(read("theory.md")).flatMap(
      ({ heading }) => /^## (\d+)\./.exec(heading)?.[1] ?? [],
    );
    for (const section of sections) {
      const numbers = identities.filter((identity) => identity.section === section);
      expect(numbers, section).not.toHaveLength(0);
      expect(numbers.map(({ number }) => Number(number))).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  // map.test.ts holds the rows of the map to the code: a function or test that moves has to move in both
  test.each(identities)(
    "($section.$number) has its function and its test in one row of the map",
    (identity) => {
      const rows = map.get(identity.heading)?.split("\n") ?? [];
      expect(
        rows.some((row) => {
          const [, functions = "", tests = ""] = row.split(" | ");
          const among = (cell: string, entry: string) =>
            cell.split("<br>").some((found) => found.trim() === entry);
          return among(functions, identity.held) && among(tests, identity.by);
        }),
        `${identity.held}, ${identity.by}`,
      ).toBe(true);
    },
  );

  test.each(identities)("($section.$number) is a formula", ({ formula }) => {
    const tex = /^\$`(.+)`\$$/.exec(formula)?.[1];
    expect(() => temml.renderToString(tex ?? "", { throwOnError: true })).not.toThrow();
    expect(tex).toBeTruthy();
  });
});
