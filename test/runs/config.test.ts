import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { columnsOf, quantities } from "../../src/dynamics/quantities.ts";
import { scheduleSchema } from "../../src/dynamics/scheduleSchema.ts";
import { InputError } from "../../src/inputError.ts";
import { parseTrainConfig } from "../../src/runs/train/config.ts";

const least =
  "data: { name: mnist }\nmodel: { name: fnn }\nschedule: { name: constant, learningRate: 0.1 }\nsteps: 10\n";
const read = (more = "", base = least) => parseTrainConfig(base + more, "run.yaml");

/** The message of the InputError that reading throws. */
function complaint(more: string, base = least): string {
  try {
    read(more, base);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    expect(message.split("\n")).toHaveLength(1);
    return message;
  }
  throw new Error(`expected ${JSON.stringify(more)} to be refused`);
}

test("what is left out has its default", () => {
  expect(read()).toEqual({
    data: { name: "mnist" },
    model: { name: "fnn", hidden: [256, 256], activation: "relu", bias: true, initialisation: "he" },
    loss: "mse",
    precision: "f32",
    seed: 1,
    optimiser: {
      name: "sgd",
      batchSize: 64,
      replacement: false,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
    },
    schedule: { name: "constant", learningRate: 0.1 },
    steps: 10,
    instruments: [],
  });
  expect(read("optimiser: { name: gd }\n").optimiser).toEqual({
    name: "gd",
    momentum: 0,
    nesterov: false,
    weightDecay: 0,
  });
  const [instrument] = read("instruments: [{ quantities: [loss], every: 3 }]\n").instruments;
  expect(instrument).toEqual({ quantities: ["loss"], every: 3, top: 5 });
});

test("a whole configuration is taken as it stands", () => {
  const whole = `
data: { name: npz, file: train.npz, classes: [3, 5], samples: 100, seed: 2, standardise: feature }
test: { file: test.npz, samples: 50 }
targets: signs
precision: f64
seed: 9
optimiser: { batchSize: 8, replacement: true, momentum: 0.9, nesterov: true, weightDecay: 1.0e-4 }
checkpoints: { every: 5 }
instruments:
  - { quantities: [loss, accuracy], every: 1 }
  - { quantities: [lossAlignment, directionalAlignment], at: [0, 10], samples: 20, top: 3 }
`;
  const config = read(whole, least.replace(/data.*\n/, ""));
  expect(config).toMatchObject({
    data: { name: "npz", file: "train.npz", classes: [3, 5], samples: 100, seed: 2, standardise: "feature" },
    test: { file: "test.npz", samples: 50 },
    targets: "signs",
    precision: "f64",
    seed: 9,
    optimiser: { batchSize: 8, replacement: true, momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
    checkpoints: { every: 5 },
  });
  expect(config.instruments[1]).toEqual({
    quantities: ["lossAlignment", "directionalAlignment"],
    at: [0, 10],
    samples: 20,
    top: 3,
  });
});

describe("one line that names the key, what is allowed and what came", () => {
  test.each([
    [
      "colour: red\n",
      "run.yaml: unknown key colour (known: data, model, loss, targets, precision, seed, test, ",
    ],
    ["loss: hinge\n", 'run.yaml: loss: expected mse or cross-entropy, got "hinge"'],
    ["precision: f16\n", 'run.yaml: precision: expected f32 or f64, got "f16"'],
    ["seed: -1\n", "run.yaml: seed: expected at least 0, got -1"],
    ["seed: 1.5\n", "run.yaml: seed: expected a whole number, got 1.5"],
    ["targets: both\n", 'run.yaml: targets: expected one-hot, signs or values, got "both"'],
    ["optimiser: { name: adam }\n", 'run.yaml: optimiser.name: expected sgd or gd, got "adam"'],
    ["optimiser: 3\n", "run.yaml: optimiser: expected keys with values, got 3"],
    ["optimiser: { momentum: 1 }\n", "run.yaml: optimiser.momentum: expected less than 1, got 1"],
    [
      "optimiser: { nesterov: true }\n",
      "run.yaml: optimiser.nesterov: expected a momentum above 0 beside it, got none",
    ],
    [
      "optimiser: { name: gd, batchSize: 3 }\n",
      "run.yaml: optimiser: unknown key batchSize (known: name, momentum, nesterov, weightDecay)",
    ],
    ["checkpoints: { every: 0 }\n", "run.yaml: checkpoints.every: expected at least 1, got 0"],
    ["instruments: loss\n", 'run.yaml: instruments: expected a list, got "loss"'],
    [
      "instruments: [{ quantities: [], every: 1 }]\n",
      "run.yaml: instruments[0].quantities: expected a list of at least 1",
    ],
    [
      "instruments: [{ quantities: [sharpness], every: 1 }]\n",
      'run.yaml: instruments[0].quantities[0]: expected loss, accuracy, testLoss, testAccuracy, gradientNorm, lossAlignment, directionalAlignment, maxEigenvalue, trace, frobenius, noiseScale, hessianMaxEigenvalue, noiseLossRatio or noiseProjectionRatio, got "sharpness"',
    ],
    [
      "instruments: [{ quantities: [loss] }]\n",
      "run.yaml: instruments[0]: expected either every: STEPS or at: [STEP, …]",
    ],
    [
      "instruments: [{ quantities: [loss], every: 1, at: [1] }]\n",
      "run.yaml: instruments[0]: expected either every",
    ],
    [
      "instruments: [{ quantities: [loss], at: [3, 11] }]\n",
      "run.yaml: instruments[0].at: expected steps up to 10, the last one, got 11",
    ],
    [
      "instruments: [{ quantities: [loss], every: 1 }, { quantities: [accuracy, loss], every: 2 }]\n",
      "run.yaml: instruments[1].quantities: expected each quantity once, got loss again",
    ],
  ])("%s", (more, expected) => {
    expect(complaint(more)).toContain(expected);
  });

  test("schedules, data sets and models by name, each with its own keys", () => {
    const with_ = (line: string) =>
      complaint("", least.replace(new RegExp(`${line.split(":")[0]}: .*`), line));
    expect(with_("schedule: { name: cyclic }")).toBe(
      'run.yaml: schedule.name: expected constant, step, cosine, cosine-restarts, triangular, triangular2, exp-range, one-cycle or two-level, got "cyclic"',
    );
    expect(with_("schedule: { name: step, learningRate: 1 }")).toBe(
      "run.yaml: schedule.factor: expected a number, got nothing; schedule.every: expected a number, got nothing",
    );
    expect(with_("schedule: { name: constant, learningRate: -0.1 }")).toBe(
      "run.yaml: schedule.learningRate: expected at least 0, got -0.1",
    );
    expect(with_("schedule: { name: constant, learningRate: 0.1, warmup: 3 }")).toBe(
      "run.yaml: schedule: unknown key warmup (known: name, learningRate)",
    );
    expect(with_("data: { name: imagenet }")).toContain(
      'data.name: expected mnist, fashion-mnist, cifar10 or npz, got "imagenet"',
    );
    expect(with_("data: { name: npz, folder: x }")).toContain("data: unknown key folder (known: name, file");
    expect(with_("model: { name: mlp }")).toContain("model.name: expected fnn, linear-network, lenet");
    expect(with_("steps: many")).toBe('run.yaml: steps: expected a number, got "many"');
  });

  test("all that is wrong at once", () => {
    expect(complaint("loss: hinge\nseed: -1\n")).toBe(
      'run.yaml: loss: expected mse or cross-entropy, got "hinge"; seed: expected at least 0, got -1',
    );
    const nothing = complaint("", "");
    expect(nothing).toBe("run.yaml: expected keys with values, got null");
    expect(complaint("", "steps: 1\n")).toMatch(/data: .*model: .*schedule: /);
  });

  test("what is not YAML is said to be so, with its place", () => {
    expect(complaint("loss: [mse\n")).toMatch(/^run\.yaml:\d+:\d+: expected YAML: /);
    expect(complaint("", "a: b: c\n")).toMatch(/^run\.yaml:1:\d+: expected YAML: /);
    expect(complaint("", "a: 1\na: 2\n")).toMatch(/^run\.yaml:2:1: expected YAML: Map keys must be unique/);
  });
});

describe("docs/train.md", () => {
  const page = readFileSync(new URL("../../docs/train.md", import.meta.url), "utf8");
  const [, example] = /```yaml\n([^`]*)```/.exec(page)!;
  const cells = new Set(
    [...page.replaceAll(/```[^`]*```/g, "").matchAll(/`([^`\n]+)`/g)].map(([, word]) => word),
  );

  test("its configuration is one, and has every key", () => {
    const config = parseTrainConfig(example, "train.md");
    const known = complaint("colour: red\n")
      .replace(/.*\(known: (.*)\)$/, "$1")
      .split(", ");
    expect(Object.keys(config).sort()).toEqual(known.sort());
    for (const key of [
      ...known,
      ...Object.keys(config.optimiser),
      ...Object.keys(config.instruments[0]),
      "at",
    ]) {
      expect(cells, key).toContain(key);
    }
  });

  test("names every quantity, column and schedule", () => {
    for (const quantity of quantities) {
      expect(cells, quantity).toContain(quantity);
      for (const column of columnsOf(quantity, 1)) expect(cells, column).toContain(column);
    }
    for (const { shape } of scheduleSchema.options) {
      expect(cells, shape.name.value).toContain(shape.name.value);
      for (const key of Object.keys(shape)) expect(cells, `${shape.name.value}: ${key}`).toContain(key);
    }
  });
});
