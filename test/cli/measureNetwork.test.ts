import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { openNpz } from "../../src/data/npz.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const fixtures = fileURLToPath(new URL("../fixtures/networks/", import.meta.url));
const folder = scratchFolder();
afterAll(() => folder.remove());
const cwd = folder.path;

/** data.npz of a fixture: its inputs with y under another name. */
async function writeData(network: string, y: string): Promise<string> {
  const archive = await openNpz(fromBytes(readFileSync(join(fixtures, `${network}.npz`)), network));
  const read = async (name: string) => {
    const array = await archive.array(name);
    return { data: await readAll(array), shape: array.shape };
  };
  const targets = await read(y);
  const integers = y === "labels" ? { ...targets, data: BigInt64Array.from(targets.data, BigInt) } : targets;
  const file = `${network}-${y}.npz`;
  writeFileSync(join(cwd, file), await encodeNpz({ x: await read("x"), y: integers }));
  return file;
}

async function reference(network: string, key: string): Promise<number> {
  const archive = await openNpz(fromBytes(readFileSync(join(fixtures, `${network}.npz`)), network));
  return (await readAll(await archive.array(key)))[0];
}

let data: { readonly fnn: string; readonly resnet: string; readonly classes: string };
beforeAll(async () => {
  data = {
    fnn: await writeData("fnn", "y"),
    resnet: await writeData("resnet", "y"),
    classes: await writeData("resnet", "labels"),
  };
});

const fnn = { onnx: join(fixtures, "fnn-11.onnx"), weights: join(fixtures, "fnn.pt") };
const resnet = join(fixtures, "resnet-17-dynamic.onnx");

describe("measure --onnx", () => {
  test("says where the exporter has folded batch normalisation away, and only there", async () => {
    const measured = async (name: string, network: string) => {
      const file = join(fixtures, `${name}.onnx`);
      const npz = await writeData(network, "y");
      return noisegeo(["measure", "--onnx", file, "--data", npz, "--json", "-"], { cwd });
    };
    const folded = await measured("cnnFolded-13", "cnnFolded");
    expect(folded.code).toBe(0);
    expect(folded.stderr).toMatch(
      /^noisegeo: .*cnnFolded-13\.onnx: the exporter computed weights of convolutions \(onnx::Conv_29, onnx::Conv_30, onnx::Conv_32, onnx::Conv_33\), .*TrainingMode\.PRESERVE/m,
    );
    expect((await measured("cnn-13-dynamic", "cnn")).stderr).not.toContain("the exporter computed");
  });

  test("gives PyTorch's numbers, with the Hessian's", async () => {
    const words = ["measure", "--onnx", resnet, "--data", data.resnet, "--hessian", "--json", "-"];
    const { code, stdout, stderr } = await noisegeo(words, { cwd });
    expect(code, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      samples: 6,
      outputs: 3,
      parameters: 1041,
      lossKind: "mse",
      undefined: {},
    });
    expect(document.lossAlignment.covariance / (await reference("resnet", "mse/mu"))).toBeCloseTo(1, 8);
    const largest = await reference("resnet", "mse/hessian_max");
    expect(document.hessian.maxEigenvalue / largest).toBeCloseTo(1, 8);
    const off = document.hessian.trace - (await reference("resnet", "mse/hessian_trace"));
    expect(Math.abs(off)).toBeLessThan(4 * document.hessian.traceStandardError);
  });

  test("takes class indices with cross-entropy, and one-hot with the square loss", async () => {
    const words = ["measure", "--onnx", resnet, "--data", data.classes, "--json", "-"];
    const cross = await noisegeo([...words, "--loss", "cross-entropy"], { cwd });
    expect(cross.code, cross.stderr).toBe(0);
    const document = JSON.parse(cross.stdout);
    expect(document.lossKind).toBe("cross-entropy");
    expect(document.loss / (await reference("resnet", "cross-entropy/loss"))).toBeCloseTo(1, 10);
    expect(document.lossAlignment.covariance / (await reference("resnet", "cross-entropy/mu"))).toBeCloseTo(
      1,
      8,
    );

    const square = await noisegeo(words, { cwd });
    expect(square.code, square.stderr).toBe(0);
    expect(JSON.parse(square.stdout).lossKind).toBe("mse");
  });

  test("measures fewer samples when asked, the same ones for one seed", async () => {
    const at = async (...options: string[]) => {
      const words = ["measure", "--onnx", fnn.onnx, "--data", data.fnn, "--samples", "5", "--json", "-"];
      const { stdout, stderr } = await noisegeo([...words, ...options], { cwd });
      expect(stderr).toBe("");
      return JSON.parse(stdout);
    };
    const [first, drawn, again, other] = [
      await at(),
      await at("--seed", "3"),
      await at("--seed", "3"),
      await at("--seed", "4"),
    ];
    expect(first.samples).toBe(5);
    expect(drawn).toEqual(again);
    expect(new Set([first.loss, drawn.loss, other.loss]).size).toBe(3);
  });
});

describe("measure --model", () => {
  test("gives what the ONNX export of the same weights gives", async () => {
    writeFileSync(join(cwd, "fnn.yaml"), "{ name: fnn, hidden: [7, 6], activation: tanh }\n");
    const named = await noisegeo(
      ["measure", "--model", "fnn.yaml", "--weights", fnn.weights, "--data", data.fnn, "--json", "-"],
      { cwd },
    );
    expect(named.code, named.stderr).toBe(0);
    const mu = JSON.parse(named.stdout).lossAlignment.covariance;
    expect(mu / (await reference("fnn", "mse/mu"))).toBeCloseTo(1, 8);
  });
});

describe("measure says in one line", () => {
  const cases: [string, string[], RegExp][] = [
    ["data are missing", ["--onnx", fnn.onnx], /expected --data with a network/],
    ["weights are missing", ["--model", "arch.yaml", "--data", "d.npz"], /expected --weights/],
    ["two sources are given", ["--onnx", "a.onnx", "--run", "b"], /got --onnx and --run/],
    ["an option has no network", ["--npz", "a.npz", "--loss", "mse"], /--loss: expected a network/],
    ["a step has no run", ["--onnx", fnn.onnx, "--data", "x.npz", "--step", "3"], /--step: expected .*--run/],
    ["a data set is unknown", ["--onnx", fnn.onnx, "--data", "imagenet"], /one of mnist, .* got imagenet/],
    ["a file is missing", ["--onnx", "none.onnx", "--data", "none.npz"], /none.npz: no such file/],
    ["a folder is no run", ["--run", "nowhere"], /nowhere: expected the folder of a training run/],
  ];
  test.each(cases)("that %s", async (_, words, message) => {
    const { code, stdout, stderr } = await noisegeo(["measure", ...words], { cwd });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("that samples do not fit the network", async () => {
    const words = ["measure", "--onnx", fnn.onnx, "--data", data.resnet];
    const { code, stderr } = await noisegeo(words, { cwd });
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
