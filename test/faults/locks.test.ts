/** Two commands in one folder: the second ends at once, in one line, and the first comes to what it would have come to. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { atWrite, noisegeo, type Outcome, scratchFolder } from "../cli/noisegeo.ts";
import { contentOf, smallRun, writeClasses } from "../runs/trainFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);
const cwd = scratch.path;
const locksIn = (folder: string) => readdirSync(place(folder)).filter((name) => name.startsWith("noisegeo-"));

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  const long = smallRun.replace("steps: 40", "steps: 2000").replace("every: 8", "every: 200");
  writeFileSync(place("run.yaml"), long);
  const jobs = "design: { grid: { seed: [1, 2, 3] } }";
  writeFileSync(place("sweep.yaml"), `command: train\nconfig: run.yaml\n${jobs}\n`);
});

const commands = [
  {
    command: "train",
    words: (out: string) => ["train", "run.yaml", "--resume", "--out", out],
    begun: "manifest.json",
    // with a checkpoint
    at: { file: /manifest\.json$/, write: 2 },
    content: (out: string) => contentOf(place(out), 200),
  },
  {
    command: "sweep",
    words: (out: string) => ["sweep", "sweep.yaml", "--workers", "1", "--out", out],
    begun: "sweep.json",
    at: { file: /result\.json$/ },
    content: (out: string) => readFileSync(place(out, "results.parquet")),
  },
  {
    command: "reproduce",
    words: (out: string) => ["reproduce", "decoupling", "--threads", "1", "--resume", "--out", out],
    begun: join("decoupling", "trials.jsonl"),
    at: { file: /trials\.jsonl$/, write: 2 },
    content: (out: string) => readFileSync(place(out, "data", "decoupling.parquet")),
  },
];

test.each(commands)("$command", async ({ command, words, begun, at, content }) => {
  const [whole, shared] = [`${command}-whole`, `${command}-shared`];
  const undisturbed = await noisegeo(words(whole), { cwd });
  expect(undisturbed.code, undisturbed.stderr).toBe(0);
  expect(locksIn(whole)).toEqual([]);

  // the first one stands still until the others have ended
  const free = place(`${command}-free`);
  let holder = 0;
  const working = noisegeo(words(shared), {
    cwd,
    env: atWrite({ ...at, until: free }),
    whileRunning({ pid }) {
      holder = pid;
    },
  });
  let others: Outcome[];
  try {
    await expect.poll(() => existsSync(place(shared, begun))).toBe(true);
    others = await Promise.all([noisegeo(words(shared), { cwd }), noisegeo(words(shared), { cwd })]);
  } finally {
    writeFileSync(free, "");
  }
  const first = await working;
  expect(first.code, first.stderr).toBe(0);
  for (const { code, stdout, stderr } of others) {
    expect(stderr).toMatch(
      new RegExp(
        `^noisegeo: ${shared}: expected a folder that no other command works in, got one of noisegeo ${command} \\(process ${holder} on [^\\n]+\\n$`,
      ),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  }
  expect(content(shared)).toEqual(content(whole));
  expect(locksIn(shared)).toEqual([]);
});

test.each([
  { signal: "SIGKILL", left: 1 },
  // what Slurm sends when a job's time is over: the next job may be on another node
  { signal: "SIGTERM", left: 0 },
  { signal: "SIGHUP", left: 0 },
] as const)("$signal leaves $left locks; the next command goes on", async (end) => {
  const [{ words, at }] = commands;
  const out = `train-${end.signal}`;
  const { signal } = await noisegeo(words(out), { cwd, env: atWrite({ ...at, signal: end.signal }) });
  expect(signal).toBe(end.signal);
  expect(locksIn(out)).toHaveLength(end.left);
  const next = await noisegeo(words(out), { cwd });
  expect(next.code, next.stderr).toBe(0);
  expect(locksIn(out)).toEqual([]);
});
