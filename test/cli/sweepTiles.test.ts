import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRedis, withoutRedis } from "../engines/redisServer.ts";
import { smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { atWrite, noisegeo, scratchFolder } from "./noisegeo.ts";

if (withoutRedis && process.env.CI) throw new Error(withoutRedis);

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const cwd = scratch.path;
const place = (...parts: string[]) => join(cwd, ...parts);
const write = (name: string, text: string) => writeFileSync(place(name), text);
const sweep = (...words: string[]) => noisegeo(["sweep", ...words], { cwd });
const bytes = (...parts: string[]) => readFileSync(place(...parts));
const measured = async (...words: string[]) => {
  const { code, stdout, stderr } = await noisegeo(["measure", ...words, "--json", "-"], { cwd });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  write("mse.yaml", smallRun);
  write("crossEntropy.yaml", smallRun.replace("loss: mse", "loss: cross-entropy"));
  for (const loss of ["mse", "crossEntropy"]) {
    const { code, stderr } = await noisegeo(["train", `${loss}.yaml`, "--out", loss], { cwd });
    expect(code, stderr).toBe(0);
    write(
      `${loss}Tiles.yaml`,
      `command: measure\nconfig: { run: ${loss}, step: 16, samples: 29, seed: 3 }\ndesign: { tiles: 8 }`,
    );
  }
});

const relative = (value: number, expected: number) => Math.abs(value / expected - 1);

describe("one measurement in tiles", () => {
  test.each(["mse", "crossEntropy"])(
    "of a network trained with %s is that of measure, whoever works",
    async (loss) => {
      for (const workers of [1, 2, 3]) {
        const { code, stdout, stderr } = await sweep(
          `${loss}Tiles.yaml`,
          "--workers",
          `${workers}`,
          "--out",
          `${loss}${workers}`,
        );
        expect(code, stderr).toBe(0);
        expect(stdout).toBe(
          `10 jobs: 10 done now\n${loss}${workers}/results.parquet\n${loss}${workers}/measure.json\n`,
        );
        for (const file of ["measure.json", "results.parquet"]) {
          expect(bytes(`${loss}${workers}`, file)).toEqual(bytes(`${loss}1`, file));
        }
      }
      const tiled = JSON.parse(bytes(`${loss}1`, "measure.json").toString());
      const whole = await measured("--run", loss, "--step", "16", "--samples", "29", "--seed", "3");
      for (const key of ["schema", "samples", "outputs", "parameters", "lossKind"]) {
        expect(tiled[key]).toEqual(whole[key]);
      }
      expect(tiled.estimate).toMatchObject({ exact: true, pairs: (29 * 30) / 2 });
      expect(relative(tiled.loss, whole.loss)).toBeLessThan(1e-10);
      for (const [section, name] of [
        ["lossAlignment", "covariance"],
        ["lossAlignment", "secondMoment"],
        ["gaussNewton", "frobenius"],
        ["gaussNewton", "trace"],
        ["noise", "trace"],
        ["noise", "gradientNormSquared"],
      ]) {
        expect(relative(tiled[section][name], whole[section][name]), `${section}.${name}`).toBeLessThan(
          1e-10,
        );
      }
      expect(tiled.gaussNewton.eigenvalues).toEqual([]);
      expect(tiled.undefined["gaussNewton.eigenvalues"]).toMatch(/needs the Gram matrix|--top/);
    },
  );

  test("has one row a tile, whose sums are those of the whole", async () => {
    const buffer = bytes("mse1", "results.parquet");
    const rows = await parquetReadObjects({
      file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer,
    });
    const columns = ["tile.rows.start", "tile.rows.count", "tile.columns.start"];
    expect(rows.slice(0, 3).map((row) => columns.map((name) => row[name]))).toEqual([
      [0, 8, 0],
      [8, 8, 0],
      [8, 8, 8],
    ]);
    expect(rows[9]).toMatchObject({ "tile.rows.start": 24, "tile.rows.count": 5, status: "done" });
    const sum = rows.reduce(
      (total, row) =>
        total + (row["tile.rows.start"] === row["tile.columns.start"] ? 1 : 2) * Number(row.frobeniusSquared),
      0,
    );
    const { gaussNewton } = JSON.parse(bytes("mse1", "measure.json").toString());
    expect(relative(Math.sqrt(sum) / 29, gaussNewton.frobenius)).toBeLessThan(1e-12);
  });

  const resultsIn = (out: string): number =>
    readdirSync(place(out, "jobs")).filter((id) => existsSync(place(out, "jobs", id, "result.json"))).length;

  test("goes on where it was stopped; gather writes the document from what is there", async () => {
    const stopped = await noisegeo(["sweep", "mseTiles.yaml", "--workers", "1", "--out", "stopped"], {
      cwd,
      env: atWrite({ file: /result\.json$/, write: 2, signal: "SIGKILL" }),
    });
    expect(stopped.signal).toBe("SIGKILL");
    expect(resultsIn("stopped")).toBe(1);
    const rest = await sweep("mseTiles.yaml", "--out", "stopped");
    expect(rest.code, rest.stderr).toBe(0);
    const whole = bytes("mse1", "measure.json");
    expect(bytes("stopped", "measure.json")).toEqual(whole);
    write(join("stopped", "measure.json"), "");
    const gathered = await noisegeo(["gather", "stopped"], { cwd });
    expect(gathered.code, gathered.stderr).toBe(0);
    expect(bytes("stopped", "measure.json")).toEqual(whole);
  });

  test.skipIf(withoutRedis)("comes to the same bytes through Redis", async () => {
    const redis = await startRedis(cwd);
    const env = { NOISEGEO_REDIS: redis.url };
    let interrupt = () => {};
    const worker = noisegeo(["worker", "--workers", "2"], {
      cwd,
      env,
      whileRunning: (child) => {
        interrupt = child.interrupt;
      },
    });
    try {
      const remote = await noisegeo(
        ["sweep", "crossEntropyTiles.yaml", "--engine", "bullmq", "--out", "remote"],
        { cwd, env },
      );
      expect(remote.code, remote.stderr).toBe(0);
      for (const file of ["measure.json", "results.parquet"]) {
        expect(bytes("remote", file)).toEqual(bytes("crossEntropy1", file));
      }
    } finally {
      interrupt();
      await worker;
      await redis.kill();
    }
  });

  test.each([
    ["train", "mse.yaml", "{ tiles: 4 }", /design\.tiles: expected command: measure with tiles/],
    [
      "measure",
      "{ run: mse, step: 16 }",
      "{ tiles: 4, grid: { seed: [1] } }",
      /design\.tiles: expected by itself/,
    ],
    ["measure", "{ run: mse, step: 16, hessian: true }", "{ tiles: 4 }", /hessian: expected without tiles/],
    [
      "measure",
      "{ npz: classes.npz }",
      "{ tiles: 4 }",
      /tiles: expected a network \(onnx, model or run\), got a Jacobian/,
    ],
    [
      "measure",
      "{ run: mse, step: 16, samples: 31 }",
      "{ tiles: 4 }",
      /expected at most the 30 training samples of the run, got 31/,
    ],
  ])("command %s, config %s, design %s is refused in one line", async (command, config, design, message) => {
    write("wrong.yaml", `command: ${command}\nconfig: ${config}\ndesign: ${design}`);
    const { code, stderr } = await sweep("wrong.yaml");
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });
});
