/** Networks, losses, optimisers and data that the small run of train.test.ts is not made of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromBytes } from "../../src/data/byteSource.ts";
import { openSafetensors } from "../../src/data/safetensors.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { configIn, contentOf, leaveAsKilled, rowsOf, train, writeClasses } from "./trainFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);

beforeAll(async () => {
  await writeClasses(place("images.npz"), 24, [3, 6, 6], 1);
  await writeClasses(place("unseen.npz"), 10, [3, 6, 6], 2);
});

const data =
  "data: { name: npz, file: images.npz, standardise: channel }\ntest: { file: unseen.npz, samples: 8 }\n";
const everything = `
instruments:
  - { quantities: [loss, accuracy, testLoss, testAccuracy], every: 2 }
  - { quantities: [gradientNorm, lossAlignment, trace, frobenius, noiseScale, hessianMaxEigenvalue], at: [0, 7], samples: 6 }
checkpoints: { every: 4 }
steps: 12
`;
const kinds = {
  "frozen batch norms and cross-entropy": `
model: { name: resnet, depth: 8, width: 0.125 }
loss: cross-entropy
optimiser: { batchSize: 6, replacement: true, momentum: 0.9, nesterov: true }
schedule: { name: one-cycle, high: 0.05 }
`,
  "full-batch descent in float64": `
model: { name: lenet, channels: [2], kernel: 3, hidden: [4], activation: tanh }
targets: signs
precision: f64
optimiser: { name: gd }
schedule: { name: triangular, low: 0.001, high: 0.01, halfPeriod: 3 }
`,
  attention: `
model: { name: vit, patch: 3, dimension: 4, layers: 1, heads: 2, hidden: 4 }
optimiser: { batchSize: 5, weightDecay: 0.01 }
schedule: { name: constant, learningRate: 0.05 }
seed: 4
`,
};

describe.each(Object.entries(kinds))("%s", (kind, text) => {
  const config = () => configIn(scratch.path, data + text + everything);
  const folder = place(kind);

  test("all quantities have values, at their steps", async () => {
    const { end } = await train(config(), folder);
    expect(end.status).toBe("finished");
    const rows = rowsOf(folder);
    expect(rows.map(({ step }) => step)).toEqual([0, 2, 4, 6, 7, 8, 10, 12]);
    for (const row of rows) {
      expect(row.undefined).toBeNull();
      const [often, seldom] = [row.step % 2 === 0, [0, 7].includes(row.step)];
      for (const column of ["loss", "accuracy", "testLoss", "testAccuracy"]) {
        expect(typeof row[column], column).toBe(often ? "number" : "object");
      }
      for (const column of [
        "gradientNorm",
        "lossAlignmentHigh",
        "trace",
        "noiseScaleLow",
        "hessianMaxEigenvalue",
      ]) {
        expect(typeof row[column], column).toBe(seldom ? "number" : "object");
      }
    }
    expect(rows.at(-1)!.loss).toBeLessThan(rows[0].loss as number);
  });

  test("killed between two checkpoints and resumed, the same bits", async () => {
    const killed = place(`${kind}, killed`);
    leaveAsKilled(folder, killed, 7, 0.5);
    const { start } = await train(config(), killed, { resume: true });
    expect(start).toBe(4);
    expect(contentOf(killed, 4)).toEqual(contentOf(folder, 4));
  });
});

test("statistics of batch norms are in every checkpoint, those of the first θ, in float64", async () => {
  const statistics = async (step: number) => {
    const path = join(
      place("frozen batch norms and cross-entropy"),
      "checkpoints",
      `step-00000000${step}.safetensors`,
    );
    const file = await openSafetensors(fromBytes(readFileSync(path), "checkpoint"));
    const names = file.names.filter((name) => /running_(mean|var)$/.test(name));
    const arrays = await Promise.all(names.map((name) => file.array(name)));
    expect(new Set(arrays.map(({ dtype }) => dtype))).toEqual(new Set(["float64"]));
    const values = await Promise.all(
      arrays.map(({ shape, read }) => read([0], [...shape], new Float64Array(shape[0]))),
    );
    return Object.fromEntries(names.map((name, k) => [name, [...values[k]]]));
  };
  const first = await statistics(0);
  expect(Object.keys(first).length).toBeGreaterThan(10);
  expect(
    Object.values(first)
      .flat()
      .some((value) => value !== 0 && value !== 1),
  ).toBe(true);
  expect(await statistics(8)).toEqual(first);
});
