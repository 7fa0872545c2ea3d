/** Ctrl-C twice: the second one does not wait, and loses no more than kill -9 would. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noisegeo, scratchFolder } from "../cli/noisegeo.ts";
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
    begun: (out: string) => place(out, "metrics.jsonl"),
    content: (out: string) => contentOf(place(out), 300),
  },
  {
    command: "sweep",
    words: (out: string) => ["sweep", "sweep.yaml", "--workers", "2", "--out", out],
    begun: (out: string) => place(out, "sweep.json"),
    content: table,
  },
  {
    command: "reproduce",
    words: (out: string) => ["reproduce", "decoupling", "--threads", "2", "--resume", "--out", out],
    begun: (out: string) => place(out, "decoupling", "trials.jsonl"),
    content: rows,
  },
])("$command", { timeout: 240_000 }, async ({ command, words, begun, content }) => {
  const cwd = scratch.path;
  const [whole, twice] = [`${command}-whole`, `${command}-twice`];
  const { code, signal, stderr } = await noisegeo(words(twice), {
    cwd,
    whileRunning({ interrupt }) {
      const watch = setInterval(() => {
        if (!existsSync(begun(twice))) return;
        clearInterval(watch);
        interrupt();
        setTimeout(interrupt, 5);
      }, 5);
    },
  });
  // a second signal at the very end of the program may end it by itself, which a shell calls 130 too
  expect(signal === "SIGINT" ? 130 : code, stderr).toBe(130);
  const last = stderr.trimEnd().split("\n").at(-1);
  expect(last).toMatch(/^noisegeo: interrupted\b.*$/);
  expect(stderr).not.toMatch(/^ +at /m);
  for (const out of [twice, whole]) {
    const end = await noisegeo(words(out), { cwd });
    expect(end.code, end.stderr).toBe(0);
  }
  expect(content(twice)).toEqual(content(whole));
});
