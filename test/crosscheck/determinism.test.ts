/**
 * The same numbers: to the bit whatever the number of threads where docs/numbers.md says so, and from one kind of kernels to the other
 * to the tolerances that it states.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { InputError } from "../../src/inputError.ts";
import { openNativeKernels } from "../../src/linalg/kernels/native.ts";
import { createStream } from "../../src/random/index.ts";
import { noisegeo, scratchFolder } from "../cli/noisegeo.ts";
import { contentOf, rowsOf, writeClasses } from "../runs/trainFixtures.ts";

const scratch = scratchFolder();
afterAll(scratch.remove);
const place = (...parts: string[]) => join(scratch.path, ...parts);

const hasNative = await openNativeKernels({ threads: 1 }).then(
  (kernels) => kernels.close().then(() => true),
  (error) => {
    if (!(error instanceof InputError) || process.env.CI) throw error;
    return false;
  },
);
const skippedNative = hasNative ? "" : " (skipped: no native kernels here)";

/** Wide enough for every kind of product to be shared among threads. */
const configuration = (precision: string) => `
data: { name: npz, file: classes.npz }
model: { name: fnn, hidden: [48, 32], activation: tanh }
loss: cross-entropy
precision: ${precision}
optimiser: { batchSize: 32, momentum: 0.8 }
schedule: { name: cosine, learningRate: 0.1 }
steps: 60
checkpoints: { every: 30 }
instruments:
  - { quantities: [loss, accuracy], every: 10 }
  - { quantities: [lossAlignment, directionalAlignment, maxEigenvalue, hessianMaxEigenvalue], every: 30, samples: 120, top: 2 }
`;

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 240, [40]);
  for (const precision of ["f32", "f64"]) writeFileSync(place(`${precision}.yaml`), configuration(precision));
  const stream = createStream(11);
  const [n, p] = [300, 500];
  const point = {
    jacobian: { data: stream.gaussians(new Float64Array(n * p)), shape: [n, p] },
    residuals: { data: stream.gaussians(new Float64Array(n)), shape: [n] },
  };
  writeFileSync(place("point.npz"), await encodeNpz(point));
});

type Kind = "wasm" | "native";

async function run(kernels: Kind, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await noisegeo(words, {
    cwd: scratch.path,
    env: { NOISEGEO_KERNELS: kernels },
  });
  expect(code, stderr).toBe(0);
  return stdout;
}

const measurePoint = (kernels: Kind, threads: number) =>
  run(
    kernels,
    ...["measure", "--npz", "point.npz", "--certificate", "--stability", "4"],
    ...["--threads", `${threads}`, "--json", "-"],
  );
const trained = new Map<string, Promise<string>>();
/** The folder of the run; each is made once. */
function train(kernels: Kind, precision: string, threads: number): Promise<string> {
  const out = `${kernels}-${precision}-${threads}`;
  const made =
    trained.get(out) ??
    run(kernels, "train", `${precision}.yaml`, "--threads", `${threads}`, "--out", out).then(() => out);
  trained.set(out, made);
  return made;
}
const measureRun = async (kernels: Kind, precision: string, threads: number) =>
  run(
    kernels,
    ...["measure", "--run", await train(kernels, precision, 1), "--step", "60", "--samples", "100"],
    ...["--hessian", "--threads", `${threads}`, "--json", "-"],
  );
const reproduced = new Map<string, Promise<Buffer>>();
/** The rows of an experiment; measured once. */
function reproduce(kernels: Kind, threads: number): Promise<Buffer> {
  const out = `${kernels}-reproduction-${threads}`;
  const made =
    reproduced.get(out) ??
    run(kernels, "reproduce", "decoupling", "--threads", `${threads}`, "--out", out).then(() =>
      readFileSync(place(out, "data", "decoupling.parquet")),
    );
  reproduced.set(out, made);
  return made;
}

describe("threads", () => {
  test("measure, Wasm kernels: 1, 2 and 3 to the bit", async () => {
    const one = await measurePoint("wasm", 1);
    for (const threads of [2, 3]) expect(await measurePoint("wasm", threads)).toBe(one);
  });

  test.each(["f32", "f64"])(
    "train and a checkpoint's Hessian, Wasm kernels, %s: 1, 2 and 3 to the bit",
    async (precision) => {
      const content = contentOf(place(await train("wasm", precision, 1)), 30);
      const measured = await measureRun("wasm", precision, 1);
      for (const threads of [2, 3]) {
        expect(contentOf(place(await train("wasm", precision, threads)), 30)).toEqual(content);
        expect(await measureRun("wasm", precision, threads)).toBe(measured);
      }
    },
  );

  const kinds: [Kind, number][] = [["wasm", 3], ...(hasNative ? ([["native", 2]] as [Kind, number][]) : [])];
  test.each(kinds)("reproduce, %s kernels: 1 and %i to the bit", async (kernels, threads) => {
    expect(await reproduce(kernels, threads)).toEqual(await reproduce(kernels, 1));
  });
});

/** How well something converged is rounding itself. */
const roundingOnly = /thresholdError|Residual$/;

/** Numbers of the same place in two documents, with the largest of their list or their own size. */
function* pairs(a: unknown, b: unknown, path = ""): Generator<[string, number, number, number]> {
  if (roundingOnly.test(path)) return;
  if (typeof a === "number" && typeof b === "number") {
    yield [path, a, b, Math.max(Math.abs(a), Math.abs(b))];
  } else if (Array.isArray(a) && Array.isArray(b) && a.every((value) => typeof value === "number")) {
    expect(b.length, path).toBe(a.length);
    const size = Math.max(...a.map(Math.abs));
    for (const [k, value] of a.entries()) yield [`${path}.${k}`, value, b[k], size];
  } else if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
    expect(Object.keys(b), path).toEqual(Object.keys(a));
    for (const [key, value] of Object.entries(a)) {
      yield* pairs(value, (b as Record<string, unknown>)[key], `${path}.${key}`);
    }
  } else expect(b, path).toEqual(a);
}

function expectAgreement(a: unknown, b: unknown, tolerance: number, what: string): void {
  let compared = 0;
  for (const [path, one, other, size] of pairs(a, b)) {
    compared++;
    expect(Math.abs(one - other), `${what}${path}: ${one} and ${other}`).toBeLessThanOrEqual(
      tolerance * size,
    );
  }
  expect(compared).toBeGreaterThan(10);
}

describe.skipIf(!hasNative)(`native against Wasm kernels, and native threads${skippedNative}`, () => {
  const others = [
    ["wasm", 1],
    ["native", 2],
    ["native", 3],
  ] as const;

  test("measure, f64: 1e-12", async () => {
    const native = JSON.parse(await measurePoint("native", 1));
    for (const [kernels, threads] of others) {
      const other = JSON.parse(await measurePoint(kernels, threads));
      expectAgreement(native, other, 1e-12, `${kernels}, ${threads} threads`);
    }
  });

  test.each([
    { precision: "f64", tolerance: 1e-12 },
    { precision: "f32", tolerance: 1e-5 },
  ])("train and a checkpoint's Hessian, $precision: $tolerance", async ({ precision, tolerance }) => {
    const rows = rowsOf(place(await train("native", precision, 1)));
    const measured = JSON.parse(await measureRun("native", precision, 1));
    for (const [kernels, threads] of others) {
      const what = `${kernels}, ${threads} threads`;
      expectAgreement(rows, rowsOf(place(await train(kernels, precision, threads))), tolerance, what);
      const other = JSON.parse(await measureRun(kernels, precision, threads));
      expectAgreement(measured, other, tolerance, `${what}, checkpoint`);
    }
  });

  test("reproduce: rows of an experiment, 1e-12", async () => {
    const rows = async (kernels: Kind) => {
      const { buffer, byteOffset, byteLength } = await reproduce(kernels, 1);
      return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
    };
    expectAgreement(await rows("native"), await rows("wasm"), 1e-12, "decoupling");
  });
});
