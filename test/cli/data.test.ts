import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { setUpData } from "../../src/cli/data.ts";
import { cifarFile, writeIdxSplit } from "../data/imageFixtures.ts";
import { scratchFolder } from "./noisegeo.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function listed(folder: string): Promise<string> {
  vi.stubEnv("NOISEGEO_DATA", folder);
  let text = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  const program = new Command("noisegeo");
  setUpData(program);
  await program.parseAsync([], { from: "user" });
  vi.restoreAllMocks();
  return text;
}

test("each set: counts and folder where it is here, else how to get it", async () => {
  const [mnist, fashion, cifar] = ["mnist", "fashion-mnist", "cifar10"].map((name) =>
    join(scratch.path, name),
  );
  const three = { labels: [1, 2, 3], pixels: [0, 1, 2] };
  writeIdxSplit(mnist, "train", three, [1, 1]);
  writeIdxSplit(mnist, "t10k", { labels: [9], pixels: [7] }, [1, 1]);
  writeIdxSplit(fashion, "train", three, [1, 1], true);
  expect(await listed(scratch.path)).toBe(`mnist
    3 training and 1 test images of 1×1×1, 10 classes
    ${mnist}
fashion-mnist
    no t10k-images-idx3-ubyte in ${fashion}; install Debian's dataset-fashion-mnist, or put the four idx files (train-images-idx3-ubyte.gz, …) of https://github.com/zalandoresearch/fashion-mnist in ${fashion}
cifar10
    no files of it in ${cifar} or ${join(cifar, "cifar-10-batches-bin")}; get the binary version from https://www.cs.toronto.edu/~kriz/cifar.html and put data_batch_*.bin and test_batch.bin in ${cifar}
npz
    any file with arrays x (n, …) and y (n) or (n, C)
`);
});

test("a damaged set is said to be one", async () => {
  const folder = join(scratch.path, "damaged", "cifar10");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "data_batch_1.bin"), cifarFile([0, 1]).subarray(1));
  expect(await listed(join(scratch.path, "damaged"))).toContain(
    `cifar10\n    ${join(folder, "data_batch_1.bin")}: expected records of 3073 bytes`,
  );
});
