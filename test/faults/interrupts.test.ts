/** Ctrl-C twice: the second one does not wait, and loses no more than kill -9 would. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { atWrite, noisegeo, scratchFolder } from "../cli/noisegeo.ts";
import { contentOf, smallRun, writeClasses } from "../runs/trainFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  writeFileSync(
    place("run.yaml"),
    smallRun.replace("steps: 40", "steps: 3000").replace("every: 8", "every: 300"),
  );
  const jobs = "design: { grid: { seed: [1, 2, 3] } }";
  writeFileSync(place("sweep.yaml"), `command: train\nconfig: run.yaml\n${jobs}\n`);
});

const table = (out: string) => readFileSync(place(out, "results.parquet"));
const rows = (out: string) => readFileSync(place(out, "data", "decoupling.parquet"));

test.each([
  {
    command: "train",
    words: (out: string) => ["train", "run.yaml", "--resume", "--out", out],
    at: { file: /metrics\.jsonl$/, write: 50 },
    content: (out: string) => contentOf(place(out), 300),
  },
  {
    command: "sweep",
    words: (out: string) => ["sweep", "sweep.yaml", "--workers", "2", "--out", out],
    // in the middle of a job
    at: { file: /metrics\.jsonl$/, write: 50 },
    content: table,
  },
  {
    command: "reproduce",
    words: (out: string) => ["reproduce", "decoupling", "--threads", "2", "--resume", "--out", out],
    at: { file: /trials\.jsonl$/, write: 3 },
    content: rows,
  },
])("$command", async ({ command, words, at, content }) => {
  const cwd = scratch.path;
  const [whole, twice] = [`${command}-whole`, `${command}-twice`];
  const { code, stderr } = await noisegeo(words(twice), {
    cwd,
    env: atWrite({ ...at, signal: "SIGINT", again: true }),
  });
  expect(code, stderr).toBe(130);
  const last = stderr.trimEnd().split("\n").at(-1);
  expect(last).toBe("noisegeo: interrupted at once; what was finished before is kept");
  expect(stderr).not.toMatch(/^ +at /m);
  for (const out of [twice, whole]) {
    const end = await noisegeo(words(out), { cwd });
    expect(end.code, end.stderr).toBe(0);
  }
  expect(content(twice)).toEqual(content(whole));
});
