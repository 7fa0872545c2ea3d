import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contentOf, rowsOf, smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { atWrite, noisegeo, scratchFolder } from "./noisegeo.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);
const write = (name: string, text: string) => writeFileSync(place(name), text);
const run = (...words: string[]) => noisegeo(["train", ...words], { cwd: scratch.path });

/** Long enough to be broken off many times. */
const longRun = smallRun
  .replace("steps: 40", "steps: 3000")
  .replace("every: 8", "every: 300")
  .replace("every: 1 ", "every: 10 ")
  .replace("every: 5,", "every: 50,");

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  write("small.yaml", smallRun);
  write("long.yaml", longRun);
});

describe("a run", () => {
  test("goes to runs/ under the name of its configuration, with a table of its first and last row", async () => {
    const { code, stdout, stderr } = await run("small.yaml");
    expect(code, stderr).toBe(0);
    const folder = join("runs", "small");
    expect(existsSync(place(folder, "metrics.parquet"))).toBe(true);
    const rows = rowsOf(place(folder));
    expect(stdout).toMatch(/^Trained 26 parameters on classes\.npz\n40 steps in \d/);
    expect(stdout).toMatch(/\n +step 0 +step 40\n/);
    const accuracy = /\naccuracy +(\S+) +(\S+)\n/.exec(stdout)!.slice(1).map(Number);
    expect(accuracy[0]).toBeCloseTo(rows[0].accuracy as number, 3);
    expect(accuracy[1]).toBeCloseTo(rows[40].accuracy as number, 3);
    expect(stdout).toMatch(/\nbatchLoss +\S+ +–\n/);
    expect(stdout.trimEnd().endsWith(folder)).toBe(true);

    const again = await run("small.yaml");
    expect(again.code).toBe(2);
    expect(again.stderr).toBe(
      `noisegeo: ${folder}: expected a folder without a run, got one finished at step 40 of 40; go on with it by --resume, or choose another with --out\n`,
    );
  });

  test("--json: a summary, with nothing else on standard output", async () => {
    const { code, stdout } = await run("small.yaml", "--out", "summary", "--json", "-");
    expect(code).toBe(0);
    const { seconds, final, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ schema: 1, folder: "summary", steps: 40, undefined: {} });
    expect(seconds).toBeGreaterThan(0);
    const { undefined: none, ...last } = rowsOf(place("summary"))[40];
    expect(none).toBeNull();
    expect(final).toEqual(last);
    const other = await run("small.yaml", "--out", "summary", "--resume", "--json", "summary.json");
    expect(other.stdout).toContain("Trained 26 parameters");
    expect(JSON.parse(readFileSync(place("summary.json"), "utf8")).final).toEqual(final);
  });

  test("what has no value is null, with the reason", async () => {
    write("two.yaml", `${smallRun.replace("samples: 12", "samples: 2")}`);
    const { stdout } = await run("two.yaml", "--out", "two", "--json", "-");
    const { final, undefined: reasons } = JSON.parse(stdout);
    expect(final.lossAlignmentLow).toBeNull();
    expect(reasons).toEqual({
      "final.lossAlignmentLow": "an interval over samples needs at least 3 of them, got 2",
      "final.lossAlignmentHigh": "an interval over samples needs at least 3 of them, got 2",
    });
    const table = await run("two.yaml", "--out", "two", "--resume");
    expect(table.stdout).toContain(
      "undefined at step 40: lossAlignmentLow and 1 more: an interval over samples",
    );
  });

  test("without instruments the rows are a hundredth apart", async () => {
    write("plain.yaml", smallRun.replace(/instruments:(.|\n)*/, "").replace("steps: 40", "steps: 250"));
    expect((await run("plain.yaml", "--out", "plain")).code).toBe(0);
    const rows = rowsOf(place("plain"));
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 84 }, (_, k) => 3 * k));
    expect(Object.keys(rows[0])).toEqual(["step", "learningRate", "batchLoss", "undefined"]);
  });
});

describe("broken off", () => {
  const folder = (name: string) => place(name);
  beforeAll(async () => {
    const { code, stderr } = await run("long.yaml", "--out", "long");
    expect(code, stderr).toBe(0);
    expect(rowsOf(folder("long"))).toHaveLength(301);
  });

  /** Goes on until so many more rows are written, then gets the signal. */
  const until = (out: string, rows: number, signal: "SIGKILL" | "SIGINT") =>
    noisegeo(["train", "long.yaml", "--out", out, "--resume"], {
      cwd: scratch.path,
      // the rows that are there are the first write
      env: atWrite({ file: /metrics\.jsonl$/, write: 2 + rows, signal }),
    });

  test("by kill -9 at random moments, several times: the same bits in the end", async () => {
    const kills = fc.array(fc.nat({ max: 90 }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(kills, async (moments) => {
        for (const rows of moments) {
          const { signal, stderr } = await until("killed", rows, "SIGKILL");
          expect(signal, stderr).toBe("SIGKILL");
        }
        const { code, stderr } = await run("long.yaml", "--out", "killed", "--resume");
        expect(code, stderr).toBe(0);
        expect(contentOf(folder("killed"), 300)).toEqual(contentOf(folder("long"), 300));
      }),
      { numRuns: 1 },
    );
  });

  test("by Ctrl-C: exit code 130, a checkpoint, one line, and the same bits in the end", async () => {
    for (const rows of [0, 100]) {
      const { code, stdout, stderr } = await until("interrupted", rows, "SIGINT");
      expect(code, stderr).toBe(130);
      expect(stdout).toBe("");
      const [, step] = /^noisegeo: interrupted at step (\d+) of 3000; --resume goes on from there\n$/.exec(
        stderr,
      )!;
      const name = `step-${step.padStart(9, "0")}.safetensors`;
      expect(existsSync(join(folder("interrupted"), "checkpoints", name))).toBe(true);
      expect(JSON.parse(readFileSync(join(folder("interrupted"), "manifest.json"), "utf8"))).toMatchObject({
        status: "interrupted",
        step: Number(step),
      });
    }
    expect((await run("long.yaml", "--out", "interrupted", "--resume")).code).toBe(0);
    expect(contentOf(folder("interrupted"), 300)).toEqual(contentOf(folder("long"), 300));
  });
});

describe("one line on standard error, and the exit code", () => {
  const complaint = async (...words: string[]) => {
    const { code, stdout, stderr } = await run(...words);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    return { code, stderr };
  };
  const refused = async (name: string, text: string) => {
    write(name, text);
    const { code, stderr } = await complaint(name, "--out", `of-${name}`);
    expect(code).toBe(2);
    expect(existsSync(place(`of-${name}`))).toBe(false);
    return stderr;
  };

  test("2 where the configuration or the data are wrong, and no folder is made", async () => {
    expect(await refused("loss.yaml", smallRun.replace("mse", "hinge"))).toBe(
      'noisegeo: loss.yaml: loss: expected mse or cross-entropy, got "hinge"\n',
    );
    expect(await refused("samples.yaml", smallRun.replace("samples: 12", "samples: 31"))).toBe(
      "noisegeo: instruments[1].samples: expected at most the 30 training samples, got 31\n",
    );
    expect(await refused("missing.yaml", smallRun.replace("classes.npz", "nowhere.npz"))).toMatch(
      /nowhere\.npz/,
    );
    expect((await complaint("nowhere.yaml")).stderr).toBe(
      "noisegeo: nowhere.yaml: expected a configuration to read, got no such file or folder; check the path\n",
    );
  });

  test("2 where the arguments are", async () => {
    for (const words of [[], ["small.yaml", "--threads", "0"], ["small.yaml", "--steps", "3"]]) {
      expect((await complaint(...words)).code).toBe(2);
    }
    expect((await complaint("small.yaml", "--out", "long.yaml")).code).toBe(2);
  });

  test("1 where the run diverges: at which step and learning rate, and what to try", async () => {
    write(
      "wild.yaml",
      smallRun.replace("cosine, learningRate: 0.1", "constant, learningRate: 1.0e+6").replace("tanh", "relu"),
    );
    const { code, stderr } = await complaint("wild.yaml", "--out", "wild");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^noisegeo: diverged at step \d+ of 40: loss or parameters are not finite with learning rate 1\.000e\+6; try a smaller one \(checkpoints before that are kept in wild\)\n$/,
    );
  });
});
