/** The one-step laws as instruments of a run. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scratchFolder } from "../cli/noisegeo.ts";
import { configIn, rowsOf, train, writeClasses } from "./trainFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
beforeAll(() => writeClasses(join(scratch.path, "images.npz"), 24, [1, 4, 4], 1));

const columns = ["noiseLossRatio", "noiseProjectionRatio"].flatMap((name) =>
  ["", "Low", "High", "Decoupled"].map((end) => name + end),
);
const run = async (name: string, rest: string) => {
  const text = `
data: { name: npz, file: images.npz }
model: { name: fnn, hidden: [6], activation: tanh }
targets: signs
precision: f64
steps: 6
instruments:
  - { quantities: [noiseLossRatio, noiseProjectionRatio], at: [0, 4, 6], samples: 20, top: 2 }
${rest}`;
  const folder = join(scratch.path, name);
  const { end } = await train(configIn(scratch.path, text), folder);
  expect(end.status).toBe("finished");
  return rowsOf(folder);
};

test("follow the schedule, and end where no step is taken", async () => {
  const rows = await run(
    "sgd",
    "optimiser: { batchSize: 4 }\nschedule: { name: two-level, high: 0.001, highSteps: 3, low: 0, lowSteps: 3 }",
  );
  expect(rows.map(({ step }) => step)).toEqual([0, 4, 6]);
  const [first, resting, last] = rows;
  expect(first.undefined).toBeNull();
  for (const name of ["noiseLossRatio", "noiseProjectionRatio"]) {
    // four half-widths of a 95 % interval: the seed is fixed, the law is what is tested
    const reach = 4 * ((first[`${name}High`] as number) - (first[name] as number));
    expect(Math.abs((first[name] as number) - 1)).toBeLessThan(reach);
    expect(reach).toBeLessThan(2);
  }
  const reasonsOf = (reason: string) => columns.map((column) => `${column}: ${reason}`).join("\n");
  expect(resting.undefined).toBe(reasonsOf("the learning rate is 0"));
  expect(last.undefined).toBe(reasonsOf("the run takes no step from here"));
  for (const column of columns) expect([resting[column], last[column]]).toEqual([null, null]);
});

test("have no value for gradient descent, nor for batches larger than what is looked at", async () => {
  const schedule = "schedule: { name: constant, learningRate: 0.001 }";
  const [descent] = await run("gd", `optimiser: { name: gd }\n${schedule}`);
  expect(descent.undefined).toMatch(/^noiseLossRatio: gradient descent on all samples has no noise\n/);
  const [large] = await run("large", `optimiser: { batchSize: 21 }\n${schedule}`);
  expect(large.undefined).toMatch(/21 different samples is more than the 20 looked at\n/);
});
