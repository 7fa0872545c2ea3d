/** A clock that jumps by years, forth and back, at every look: the same bits, and no time that was taken is negative. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noisegeo, scratchFolder } from "../cli/noisegeo.ts";
import { contentOf, smallRun, writeClasses } from "../runs/trainFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);

/** In every thread; CLOCK_LOOKS is there once somebody has looked. */
const jumpingClock = `
import { writeFileSync } from "node:fs";
const Real = Date;
const years = [0, 80, -30, 1, -1, 0.01];
let looks = 0;
const now = () => {
  if (looks === 0) writeFileSync(process.env.CLOCK_LOOKS, "");
  return Real.now() + years[looks++ % years.length] * 3.156e10;
};
globalThis.Date = class extends Real {
  constructor(...values) {
    if (values.length === 0) super(now());
    else super(...values);
  }
  static now = now;
};
`;

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  writeFileSync(place("run.yaml"), smallRun.replace("steps: 40", "steps: 400"));
  const jobs = "design: { grid: { seed: [1, 2, 3] } }";
  writeFileSync(place("sweep.yaml"), `command: train\nconfig: run.yaml\n${jobs}\n`);
  writeFileSync(place("clock.mjs"), jumpingClock);
});

const json = (...parts: string[]) => JSON.parse(readFileSync(place(...parts), "utf8"));

test.each([
  {
    command: "train",
    words: (out: string) => ["train", "run.yaml", "--out", out],
    content: (out: string) => contentOf(place(out), 8),
    seconds: (out: string) => [json(out, "manifest.json").seconds],
  },
  {
    command: "sweep",
    words: (out: string) => ["sweep", "sweep.yaml", "--workers", "2", "--out", out],
    content: (out: string) => readFileSync(place(out, "results.parquet")),
    seconds: (out: string) =>
      json(out, "sweep.json").jobs.map(
        ({ id }: { id: string }) => json(out, "jobs", id, "result.json").provenance.seconds,
      ),
  },
  {
    command: "reproduce",
    words: (out: string) => ["reproduce", "decoupling", "--threads", "2", "--out", out],
    content: (out: string) => readFileSync(place(out, "data", "decoupling.parquet")),
    seconds: (out: string) => [json(out, "decoupling", "result.json").seconds],
  },
])("$command", async ({ command, words, content, seconds }) => {
  const [steady, jumping] = [`${command}-steady`, `${command}-jumping`];
  const looks = place(`${command}-looks`);
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(place("clock.mjs"))}`, CLOCK_LOOKS: looks };
  for (const [out, more] of [
    [steady, {}],
    [jumping, env],
  ] as const) {
    const { code, stderr } = await noisegeo(words(out), { cwd: scratch.path, env: more });
    expect(code, stderr).toBe(0);
    for (const value of seconds(out)) {
      expect(value).toBeGreaterThan(0);
      // a day: the clock jumps by more
      expect(value).toBeLessThan(86_400);
    }
  }
  expect(existsSync(looks)).toBe(true);
  expect(content(jumping)).toEqual(content(steady));
});
