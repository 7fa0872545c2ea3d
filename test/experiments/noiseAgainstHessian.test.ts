import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../src/experiments/experiment.ts";
import { noiseAgainstHessianAt } from "../../src/experiments/noiseAgainstHessian/index.ts";
import { layerParts, shareWithin } from "../../src/experiments/noiseAgainstHessian/layers.ts";
import { gradientDeviations, noiseRoot, overlap } from "../../src/experiments/noiseAgainstHessian/noise.ts";
import {
  initial,
  oneHotClasses,
  type Sizes,
  scalar,
  sizes,
} from "../../src/experiments/noiseAgainstHessian/setting.ts";
import { genuine, type Variant } from "../../src/experiments/noiseAgainstHessian/variant.ts";
import { where } from "../../src/experiments/rows.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import {
  covarianceProduct,
  gaussNewtonOperator,
  hessianNoiseTrace,
  hessianOperator,
} from "../../src/geometry/index.ts";
import { dot } from "../../src/linalg/dot.ts";
import { type Kernels, openKernels, plainVectorMath } from "../../src/linalg/index.ts";
import {
  buildArchitecture,
  initializeParameters,
  networkModel,
  readArchitecture,
  squareLoss,
} from "../../src/models/index.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels } from "../reference/naiveKernels.ts";
import { tableRows } from "./tableRows.ts";

const small = { width: 6, seeds: 6, samples: 32, batchSize: 8, maxSteps: 1500, top: 5 } as const;
const tiny: Sizes = {
  margin: 4,
  queries: 24,
  cases: [
    { ...small, network: "FNN, tanh", targets: scalar },
    { ...small, network: "FNN, ReLU", targets: scalar },
    { ...small, network: "FNN, tanh", targets: oneHotClasses, samples: 20, seeds: 4, maxSteps: 600 },
  ],
};

/** What the wrong variants are measured on. */
const one: Sizes = { ...tiny, cases: [tiny.cases[0]] };

let kernels: Kernels;
let plain: Awaited<ReturnType<typeof run>>;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  plain = await run(genuine);
  rows = tableRows(plain.table);
});
afterAll(() => kernels.close());

function run(variant: Variant, of: Sizes = tiny) {
  const experiment = noiseAgainstHessianAt({ quick: of, paper: of }, variant);
  return runExperiment(experiment, { kernels, scale: "quick", seed: 2 });
}

const verdictOf = (checks: typeof plain.checks, part: string) => {
  const found = checks.filter(({ statement }) => statement.includes(part));
  expect([part, found.length]).toEqual([part, 1]);
  return found[0].verdict;
};

/** Those that no number of the tiny run leaves open. */
const statements = [
  "at the initialisation H is not G",
  "loss 1 %: H is near G",
  "loss 0.1 %: H is near G",
  "after the initialisation ‖H − G‖_F falls",
  "at the initialisation H has negative curvature",
  "little of it is left",
  "λ_max(H) is that of G",
  "μ from H is another number",
  "μ from H is μ within",
  "the same k sharpest directions",
  "at every θ: the k noisiest directions",
  "hold the share of the noise",
  "ReLU, at every θ",
];

describe("noise-against-hessian", () => {
  it("decides every sentence, and none of them fails", () => {
    expect(plain.checks.length).toBe(statements.length);
    for (const part of statements) expect([part, verdictOf(plain.checks, part)]).not.toEqual([part, "fails"]);
    for (const part of ["loss 0.1 %", "noisiest", "ReLU, at every", "λ_max(H)"]) {
      expect([part, verdictOf(plain.checks, part)]).toEqual([part, "holds"]);
    }
    expect(plain.figures.map(({ id }) => id)).toEqual([
      "distance",
      "alignment",
      "subspaces",
      "along-the-hessian",
    ]);
    expect(plain.reading).not.toMatch(/NaN|undefined|not known|Infinity/);
    expect(plain.setting.join(" ")).toContain("smooth random fields of 10 classes");
  });

  it("says of each trial that it went without digits", () => {
    const missing = where(rows, { kind: "left out" });
    const trials = tiny.cases.reduce((sum, { seeds }) => sum + seeds, 0);
    expect(missing.length).toBe(trials);
    for (const { reason, instead } of missing) {
      expect(reason).toBe("no images were given");
      expect(instead).toMatch(/smooth random fields of (two|10) classes/);
    }
  });

  it("gives the same rows every time", async () => {
    const { table } = await run(genuine, { ...tiny, cases: [{ ...tiny.cases[0], seeds: 1 }] });
    const known = where(rows, { network: "FNN, tanh", targets: scalar, seed: 0 });
    expect(table.noise).toEqual(known.map(({ noise }) => noise));
    expect(table.distance).toEqual(known.map(({ distance }) => distance));
  });

  it("has enough seeds for every case, at both scales", () => {
    for (const { cases } of Object.values(sizes)) {
      for (const { seeds } of cases) expect(seeds).toBeGreaterThanOrEqual(12);
    }
  });

  it("fails for isotropic noise in Σ's place", async () => {
    const { checks } = await run(
      {
        ...genuine,
        deviations: (own, stream) =>
          own.map((row) => {
            const draw = stream.gaussians(new Float64Array(row.length));
            const scale = Math.sqrt(dot(row, row) / dot(draw, draw));
            return draw.map((value) => value * scale);
          }),
      },
      one,
    );
    expect(verdictOf(checks, "noisiest directions")).toBe("fails");
    expect(overall(checks)).toBe("fails");
  });

  it("fails for noise with shuffled eigenvectors", async () => {
    const { checks } = await run(
      {
        ...genuine,
        deviations: (own, stream) => {
          const order = Uint32Array.from(own[0], (_, k) => k);
          for (let k = order.length - 1; k > 0; k--) {
            const other = stream.integer(k + 1);
            [order[k], order[other]] = [order[other], order[k]];
          }
          return own.map((row) => row.map((_, k) => row[order[k]]));
        },
      },
      one,
    );
    expect(verdictOf(checks, "noisiest directions")).toBe("fails");
    expect(overall(checks)).toBe("fails");
  });

  it("fails for a Hessian without the part that residuals drive", async () => {
    const { checks } = await run({ ...genuine, hessian: gaussNewtonOperator }, one);
    expect(verdictOf(checks, "H is not G")).toBe("fails");
    expect(verdictOf(checks, "negative curvature")).toBe("fails");
    expect(verdictOf(checks, "μ from H is another number")).toBe("fails");
    expect(overall(checks)).toBe("fails");
  });

  it("fails for single numbers that are wrong", () => {
    const verdict = (part: string, change: (row: Row) => Row) =>
      verdictOf(
        noiseAgainstHessianAt({ quick: tiny, paper: tiny }).conclude(
          rows.map((row) => (row.kind === "look" ? { ...row, ...change(row) } : row)),
          "quick",
        ).checks,
        part,
      );
    const late = ({ theta }: Row) => theta === "loss 0.1 %";
    expect(verdict("loss 0.1 %: H is near G", () => ({ distance: 0.1 }))).toBe("fails");
    // a part that the residuals do not drive
    expect(verdict("‖H − G‖_F falls", () => ({ residualPart: 1 }))).toBe("fails");
    expect(verdict("little of it is left", (row) => (late(row) ? { negative: 0.1 } : {}))).toBe("fails");
    expect(verdict("λ_max(H)", (row) => (late(row) ? { sharpnessRatio: 1.1 } : {}))).toBe("fails");
    expect(verdict("μ from H is μ", (row) => (late(row) ? { alignmentRatio: 0.9 } : {}))).toBe("fails");
    expect(verdict("same k sharpest", (row) => (late(row) ? { overlapGH: 0.8 } : {}))).toBe("fails");
    expect(verdict("share of the noise", (row) => (late(row) ? { noiseGap: -0.1 } : {}))).toBe("fails");
    expect(verdict("ReLU, at every", ({ theta }) => (theta === initial ? { within: 1e-3 } : {}))).toBe(
      "fails",
    );
  });

  it("judges no case of fewer than four runs", () => {
    const few = rows.filter(({ seed }) => (seed as number) < 3);
    expect(noiseAgainstHessianAt({ quick: tiny, paper: tiny }).conclude(few, "quick").checks).toEqual([]);
  });
});

function network(activation: string, samples: number, outputs: number, seed: number) {
  const config = readArchitecture({ name: "fnn", hidden: [4, 3], activation, initialisation: "he" });
  const graph = buildArchitecture(config, [3], outputs);
  const stream = createStream(seed);
  const model = networkModel({
    graph,
    inputs: stream.split("x").gaussians(new Float64Array(3 * samples)),
    targets: stream.split("y").gaussians(new Float64Array(samples * outputs)),
    loss: squareLoss,
    initialize: (draws) => initializeParameters(graph, config.initialisation, draws),
    kernels: naiveKernels,
    math: plainVectorMath,
  });
  return { graph, linearization: model.linearize(model.initialize(stream.split("start"))), stream };
}

describe("the noise by its rows", () => {
  it("is Σ: products, traces and leading eigenvectors", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        async (n, outputs, seed) => {
          const { linearization, stream } = network("tanh", n, outputs, seed);
          const noise = noiseRoot(await gradientDeviations(linearization), naiveKernels);
          const v = stream.gaussians(new Float64Array(linearization.parameters));
          const scale = noise.trace * dot(v, v);
          const image = await covarianceProduct(linearization, v);
          expect(Math.abs(noise.along(v) - dot(v, image))).toBeLessThanOrEqual(1e-12 * scale + 1e-25);
          const withH = await noise.traceWith(hessianOperator(linearization));
          const exact = await hessianNoiseTrace(linearization);
          expect(Math.abs(withH - exact)).toBeLessThanOrEqual(1e-10 * Math.abs(exact) + 1e-25);
          const leading = await noise.leading(3);
          let previous = Infinity;
          if (n === 1) return;
          for (const [k, u] of leading.entries()) {
            const value = noise.along(u);
            const own = await covarianceProduct(linearization, u);
            for (const [i, x] of own.entries())
              expect(Math.abs(x - value * u[i])).toBeLessThanOrEqual(1e-7 * noise.trace);
            expect(value).toBeLessThanOrEqual(previous * (1 + 1e-9));
            previous = value;
            for (const other of leading.slice(0, k)) expect(Math.abs(dot(u, other))).toBeLessThan(1e-6);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("overlap is 1 for equal spaces whatever their bases, and 0 for orthogonal ones", () => {
    const e = [Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0), Float64Array.of(0, 0, 1)];
    const turned = [Float64Array.of(0.6, 0.8, 0), Float64Array.of(-0.8, 0.6, 0)];
    expect(overlap(turned, e.slice(0, 2))).toBeCloseTo(1, 14);
    expect(overlap(turned, e.slice(2))).toBe(0);
    expect(overlap([e[0]], [turned[0]])).toBeCloseTo(0.36, 14);
  });
});

describe("the share of H − G within layers", () => {
  it("is that of the explicit matrix, and 0 for ReLU", async () => {
    for (const activation of ["tanh", "relu"]) {
      const { graph, linearization, stream } = network(activation, 5, 2, 4);
      const parts = layerParts(graph);
      expect(parts).toEqual([
        { first: 0, end: 16 },
        { first: 16, end: 31 },
        { first: 31, end: 39 },
      ]);
      const [h, g] = [hessianOperator(linearization), gaussNewtonOperator(linearization)];
      const difference = {
        size: 39,
        async apply(v: Float64Array) {
          const taken = await g.apply(v);
          return (await h.apply(v)).map((value, k) => value - taken[k]);
        },
      };
      let [within, all] = [0, 0];
      for (const { first, end } of parts) {
        for (let k = first; k < end; k++) {
          const column = await difference.apply(new Float64Array(39).fill(1, k, k + 1));
          all += dot(column, column);
          within += dot(column.subarray(first, end), column.subarray(first, end));
        }
      }
      const share = await shareWithin(difference, parts, {
        probes: activation === "relu" ? 5 : 1000,
        stream,
      });
      expect(all).toBeGreaterThan(0);
      if (activation === "relu") expect([within / all < 1e-25, (share ?? 1) < 1e-25]).toEqual([true, true]);
      // some 39 independent squares a probe
      else expect(Math.abs((share ?? 0) / (within / all) - 1)).toBeLessThan(0.1);
    }
  });

  it("is not known where H is G", async () => {
    const { graph, linearization, stream } = network("identity", 3, 1, 5);
    const nothing = { size: linearization.parameters, apply: (v: Float64Array) => v.map(() => 0) };
    expect(await shareWithin(nothing, layerParts(graph), { probes: 1, stream })).toBeUndefined();
  });
});
