import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import { type Json, makeJob } from "../../../src/runs/jobs/job.ts";
import { type Design, parseSweepConfig } from "../../../src/runs/sweep/config.ts";
import { designPoints } from "../../../src/runs/sweep/design.ts";
import { withField } from "../../../src/runs/sweep/fields.ts";
import { planSweep } from "../../../src/runs/sweep/plan.ts";

const design = (yaml: string): Design =>
  parseSweepConfig(`command: train\nconfig: base.yaml\ndesign: ${yaml}`, "sweep.yaml").design;

describe("designPoints", () => {
  it("are every combination of a grid, the last field changing fastest", () => {
    expect(designPoints(design("{ grid: { a.b: [1, 2], c: [x, y] } }"))).toEqual([
      { "a.b": 1, c: "x" },
      { "a.b": 1, c: "y" },
      { "a.b": 2, c: "x" },
      { "a.b": 2, c: "y" },
    ]);
  });

  it("are the points of a list, each with those of a grid", () => {
    expect(designPoints(design("{ list: [{ a: 1, b: 2 }, { a: 3 }], grid: { seed: [1, 2] } }"))).toEqual([
      { a: 1, b: 2, seed: 1 },
      { a: 1, b: 2, seed: 2 },
      { a: 3, seed: 1 },
      { a: 3, seed: 2 },
    ]);
  });

  it("stay as they are when more points or other fields are drawn", () => {
    const fields =
      "{ a: { from: 0.01, to: 100, scale: log }, b: { values: [1, 2, 3] }, c: { from: 2, to: 9, scale: integer } }";
    const few = designPoints(design(`{ random: { count: 5, seed: 3, fields: ${fields} } }`));
    const many = designPoints(
      design(
        `{ random: { count: 9, seed: 3, fields: ${fields.replace("{ a", "{ z: { from: 0, to: 1 }, a")} } }`,
      ),
    );
    expect(few).toEqual(many.slice(0, 5).map(({ z: _, ...rest }) => rest));
    const other = designPoints(design(`{ random: { count: 5, seed: 4, fields: ${fields} } }`));
    expect(other).not.toEqual(few);
  });

  it("are drawn from their distributions", () => {
    const count = 4000;
    const points = designPoints(
      design(
        `{ random: { count: ${count}, fields: { log: { from: 0.01, to: 100, scale: log }, line: { from: -1, to: 3 }, whole: { from: 2, to: 5, scale: integer } } } }`,
      ),
    ) as { log: number; line: number; whole: number }[];
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value / count, 0);
    // four standard errors of a uniform number's mean
    const reach = 4 / Math.sqrt(12 * count);
    expect(Math.abs(mean(points.map(({ log }) => Math.log10(log) / 4)))).toBeLessThan(reach);
    expect(Math.abs(mean(points.map(({ line }) => (line - 1) / 4)))).toBeLessThan(reach);
    expect(new Set(points.map(({ whole }) => whole))).toEqual(new Set([2, 3, 4, 5]));
    expect(points.every(({ log, line }) => log >= 0.01 && log <= 100 && line >= -1 && line <= 3)).toBe(true);
  });
});

describe("withField", () => {
  it("changes one field and nothing else, and makes sections on the way", () => {
    const config = { a: { b: 1, c: [1, { d: 2 }] }, e: 3 };
    const before = structuredClone(config);
    expect(withField(config, "a.b", 5, "f")).toEqual({ ...config, a: { ...config.a, b: 5 } });
    expect(withField(config, "a.c.1.d", 5, "f")).toEqual({ ...config, a: { b: 1, c: [1, { d: 5 }] } });
    expect(withField(config, "x.y", 5, "f")).toEqual({ ...config, x: { y: 5 } });
    expect(config).toEqual(before);
  });

  it.each([
    ["a.c.2", 'f: a.c.2: expected an index below 2 at "2", the length of the list there; change the path'],
    ["a.c.x", 'f: a.c.x: expected an index below 2 at "x", the length of the list there; change the path'],
    ["e.b", 'f: e.b: expected keys with values above "b", got 3; change the path'],
  ])("refuses %s", (path, message) => {
    expect(() => withField({ a: { c: [1, 2] }, e: 3 }, path, 5, "f")).toThrow(new InputError(message));
  });
});

describe("a job's id", () => {
  const json = fc.jsonValue({ noUnicodeString: false } as never) as fc.Arbitrary<Json>;

  it("is of its content, whatever the order of keys", () => {
    const shuffled = (value: Json): Json =>
      Array.isArray(value)
        ? value.map(shuffled)
        : value !== null && typeof value === "object"
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, part]) => [key, shuffled(part)]),
            )
          : value;
    fc.assert(
      fc.property(json, (config) => {
        const id = (value: Json) => makeJob({ command: "train", version: "1", inputs: [], config: value }).id;
        expect(id(shuffled(config))).toBe(id(config));
        expect(id({ config })).not.toBe(id({ config: { config } }));
      }),
    );
  });

  it("differs by command, version, configuration and content of files", () => {
    const job = {
      command: "train",
      version: "1",
      inputs: [{ path: "a", sha256: "0" }],
      config: { a: 1 },
    } as const;
    const others = [
      { ...job, command: "reproduce" as const },
      { ...job, version: "2" },
      { ...job, inputs: [{ path: "a", sha256: "1" }] },
      { ...job, config: { a: 2 } },
      { ...job, config: { a: "1" } },
    ];
    const ids = [job, ...others].map((content) => makeJob(content).id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("planSweep", () => {
  const prepare = async (_: string, config: Json, what: string) => {
    if ((config as { a: number }).a > 2) throw new InputError(`${what}: a: expected at most 2`);
    return { config: { filled: true, ...(config as object) }, inputs: [] };
  };
  const plan = (yaml: string) =>
    planSweep(
      parseSweepConfig(`command: train\nconfig: { a: 1, b: 2 }\ndesign: ${yaml}`, "sweep.yaml"),
      { a: 1, b: 2 },
      prepare as never,
      "sweep.yaml",
    );

  it("makes one job of points that come to the same", async () => {
    const planned = await plan("{ list: [{ a: 1 }, { b: 2 }, { a: 2 }] }");
    expect(planned.map(({ point, job }) => [point, job.config])).toEqual([
      [{ a: 1 }, { filled: true, a: 1, b: 2 }],
      [{ a: 2 }, { filled: true, a: 2, b: 2 }],
    ]);
  });

  it("names the point that is wrong", async () => {
    await expect(plan("{ grid: { a: [1, 3], b: [7] } }")).rejects.toThrow(
      new InputError("sweep.yaml at a = 3, b = 7: a: expected at most 2"),
    );
  });
});

describe("parseSweepConfig", () => {
  it.each([
    ["command: train\nconfig: x", "design: expected keys with values, got nothing"],
    [
      "command: fly\nconfig: x\ndesign: { grid: { a: [1] } }",
      'command: expected train, measure or reproduce, got "fly"',
    ],
    [
      "command: train\ndesign: { grid: { a: [1] } }",
      "config: expected the name of a file, or keys with values",
    ],
    [
      "command: train\nconfig: x\ndesign: {}",
      "design: expected grid, list or random (of several, every combination), or tiles",
    ],
    ["command: train\nconfig: x\ndesign: { grid: { a: 1 } }", "design.grid.a: expected a list, got 1"],
    [
      "command: train\nconfig: x\ndesign: { grid: { a..b: [1] } }",
      "design.grid.a..b: expected a path such as optimiser.batchSize",
    ],
    [
      "command: train\nconfig: x\ndesign: { random: { count: 3, fields: { a: { from: 2, to: 1 } } } }",
      "design.random.fields.a.to: expected more than from",
    ],
    [
      "command: train\nconfig: x\ndesign: { square: 1 }",
      "design: unknown key square (known: grid, list, random, tiles)",
    ],
  ])("refuses %j", (text, problem) => {
    expect(() => parseSweepConfig(text, "sweep.yaml")).toThrow(new InputError(`sweep.yaml: ${problem}`));
  });
});
