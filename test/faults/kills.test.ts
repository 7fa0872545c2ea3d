/**
 * kill -9 at random moments: whatever a command had done, the same command goes on from there, and what it comes to in the
 * end is what an undisturbed one comes to, to the bit. NOISEGEO_KILLS says how many kills (test/fuzz/README.md).
 */
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStream } from "../../src/random/index.ts";
import { atWrite, noisegeo, scratchFolder } from "../cli/noisegeo.ts";
import { contentOf, smallRun, writeClasses } from "../runs/trainFixtures.ts";

const kills = Number(process.env.NOISEGEO_KILLS ?? 6);
const seed = Number(process.env.NOISEGEO_FUZZ_SEED ?? 20_231_002);

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);
const digest = (...parts: string[]) =>
  createHash("sha256")
    .update(readFileSync(place(...parts)))
    .digest("hex");

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  writeFileSync(
    place("run.yaml"),
    smallRun.replace("steps: 40", "steps: 1600").replace("every: 8", "every: 200"),
  );
  const jobs = "design: { grid: { seed: [1, 2, 3], optimiser.batchSize: [2, 4] } }";
  writeFileSync(place("sweep.yaml"), `command: train\nconfig: run.yaml\n${jobs}\n`);
});

test.each([
  {
    command: "train",
    words: (out: string) => ["train", "run.yaml", "--resume", "--out", out],
    content: (out: string) => contentOf(place(out), 200),
  },
  {
    command: "sweep",
    words: (out: string) => ["sweep", "sweep.yaml", "--workers", "2", "--out", out],
    content: (out: string) => ({ table: digest(out, "results.parquet"), figure: digest(out, "summary.svg") }),
  },
  {
    command: "reproduce",
    words: (out: string) => ["reproduce", "decoupling", "--threads", "2", "--resume", "--out", out],
    content: (out: string) => ({
      rows: digest(out, "data", "decoupling.parquet"),
      checks: digest(out, "data", "checks.parquet"),
    }),
  },
])("$command", { timeout: 240_000 + 60_000 * kills }, async ({ command, words, content }) => {
  const cwd = scratch.path;
  const [whole, killed] = [`${command}-whole`, `${command}-killed`];
  const began = performance.now();
  const undisturbed = await noisegeo(words(whole), { cwd });
  expect(undisturbed.code, undisturbed.stderr).toBe(0);
  const duration = performance.now() - began;
  const expected = content(whole);

  const stream = createStream(seed).split("kills", command);
  const moments: number[] = [];
  const said = () =>
    `seed ${seed}, ${command}, killed ${moments.map(Math.round).join(", ")} ms after a first write`;
  const finish = async () => {
    const { code, stderr } = await noisegeo(words(killed), { cwd });
    expect(code, `${said()}\n${stderr}`).toBe(0);
    expect(content(killed), said()).toEqual(expected);
    rmSync(place(killed), { recursive: true });
    moments.length = 0;
  };
  for (let done = 0; done < Math.ceil(kills / 3); ) {
    const moment = duration * stream.uniform();
    const { code, stderr } = await noisegeo(words(killed), {
      cwd,
      // counted from there, however long it takes to get there
      env: atWrite({ file: /./, after: moment, signal: "SIGKILL" }),
    });
    moments.push(moment);
    expect([null, 0], `${said()}\n${stderr}`).toContain(code);
    if (code === null) done++;
    // not all in one folder: it would be done after the first few
    if (code === 0 || moments.length === 6) await finish();
  }
  if (moments.length > 0) await finish();
});
