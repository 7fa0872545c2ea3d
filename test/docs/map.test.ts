import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { experiments } from "../../src/experiments/registry.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** A section by its heading, and its rows by their four cells. */
function sections(text: string): Map<string, string[][]> {
  return new Map(
    text
      .split(/^(?=#{2,3} )/m)
      .filter((part) => part.startsWith("##"))
      .map((part) => {
        const rows = part.split("\n").filter((line) => line.startsWith("| "));
        return [part.slice(0, part.indexOf("\n")), rows.slice(2).map((line) => line.split(" | ", 4))];
      }),
  );
}

const map = sections(read("docs/map.md"));
const rows = [...map.values()].flat();
const named = (column: number) => rows.flatMap((cells) => cells[column].split("<br>"));
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
const linked = (text: string) => /\]\(\.\.\/([^)]+)\)/.exec(text)?.[1] ?? "";
const boldWords = (text: string) => [...text.matchAll(/\*\*([^*]+)\*\*/g)].map(([, words]) => words);

/** Every `id:` in the sources of an experiment: text, with anything where a template has a hole. */
function figuresOf(id: string): RegExp[] {
  const name = id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const folder = `src/experiments/${name}`;
  return readdirSync(new URL(folder, root)).flatMap((file) =>
    [...read(`${folder}/${file}`).matchAll(/^\s+id: (?:"([^"]+)"|`([^`]+)`)/gm)].map(
      ([, plain, template]) => new RegExp(`^${(plain ?? template).replace(/\$\{.+\}/g, ".+")}$`),
    ),
  );
}

describe("docs/map.md", () => {
  test("has rows of four cells", () => {
    expect(rows.length).toBeGreaterThan(60);
    for (const cells of rows) expect(cells, cells[0]).toHaveLength(4);
  });

  test("has every section of docs/theory.md, and in it every bold statement", () => {
    const theory = read("docs/theory.md").split(/^(?=#{2,3} )/m);
    for (const part of theory.filter((text) => text.startsWith("##"))) {
      const heading = part.slice(0, part.indexOf("\n"));
      const claims = map.get(heading)?.map(([claim]) => claim);
      expect(claims, heading).toBeDefined();
      expect(boldWords(claims?.join("\n") ?? ""), heading).toEqual(
        expect.arrayContaining(boldWords(part.slice(heading.length))),
      );
    }
  });

  test.each(named(1))("%s: exported there", (entry) => {
    const [names, link] = entry.split("](");
    const path = linked(`](${link}`);
    expect(path).toMatch(/^src\//);
    const source = read(path);
    const exported = quoted(names);
    expect(exported).not.toHaveLength(0);
    for (const name of exported) {
      expect(source).toMatch(
        new RegExp(`^export (?:async )?(?:function\\*?|const|interface|class|type) ${name}\\b`, "m"),
      );
    }
  });

  test.each(named(2))("%s: a test there", (entry) => {
    const path = linked(entry);
    expect(path).toMatch(/^test\/.*\.test\.ts$/);
    const title = /“(.+)”/.exec(entry)?.[1];
    expect(title).toBeDefined();
    expect(read(path)).toContain(`"${title}"`);
  });

  test("names experiments and figures that there are, and every experiment", () => {
    const entries = named(3).filter((entry) => !entry.startsWith("–"));
    const mapped = entries.map((entry) => {
      const [id, ...figures] = quoted(entry);
      const known = figuresOf(id);
      for (const figure of figures) {
        expect(
          known.some((pattern) => pattern.test(figure)),
          `${id}: ${figure}`,
        ).toBe(true);
      }
      return id;
    });
    expect([...new Set(mapped)].sort()).toEqual(experiments.map(({ id }) => id).sort());
  });

  test("links to files that there are", () => {
    for (const [, path] of read("docs/map.md").matchAll(/\]\((?:\.\.\/)?([^)#]+)\)/g)) {
      expect(existsSync(new URL(path, root)) || existsSync(new URL(`docs/${path}`, root)), path).toBe(true);
    }
  });
});
