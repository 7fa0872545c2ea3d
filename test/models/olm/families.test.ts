import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, type Matrix, matrix, row } from "../../../src/linalg/matrix.ts";
import { convolutionalNetwork } from "../../../src/models/olm/convolutional.ts";
import { deepLinear } from "../../../src/models/olm/deepLinear.ts";
import { diagonalNetwork } from "../../../src/models/olm/diagonal.ts";
import type { OverparametrisedLinear } from "../../../src/models/olm/family.ts";
import { linear } from "../../../src/models/olm/linear.ts";
import { olmModel } from "../../../src/models/olm/olmModel.ts";
import { randomReparameterisation } from "../../../src/models/olm/reparameterisation.ts";
import { createStream } from "../../../src/random/index.ts";
import { differenceJacobian } from "../../reference/finiteDifference.ts";
import { naiveKernels as kernels } from "../../reference/naiveKernels.ts";
import {
  dot,
  expectClose,
  expectDerivative,
  expectLengthErrors,
  expectLinearizationLaws,
  gaussianMatrix,
  unit,
} from "../laws.ts";

const dimension = fc.integer({ min: 1, max: 7 });
const families: Record<string, fc.Arbitrary<OverparametrisedLinear>> = {
  linear: dimension.map(linear),
  diagonal: fc
    .record({
      dimension,
      depth: fc.integer({ min: 1, max: 5 }),
      branches: fc.integer({ min: 1, max: 3 }),
    })
    .map((options) => diagonalNetwork(options)),
  "deep linear": fc
    .record({ dimension, widths: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }) })
    .map((options) => deepLinear({ ...options, kernels })),
  convolutional: fc
    .record({ dimension, convolutions: fc.integer({ min: 1, max: 3 }), size: fc.nat() })
    .map(({ size, ...options }) =>
      convolutionalNetwork({ ...options, kernelSize: 1 + (size % options.dimension), kernels }),
    ),
  reparameterisation: fc
    .record({ dimension, extra: fc.nat({ max: 6 }), condition: fc.constantFrom(1, 10, 1e6), seed: fc.nat() })
    .map(({ extra, condition, seed, ...options }) =>
      randomReparameterisation({
        ...options,
        parameters: options.dimension + extra,
        condition: options.dimension === 1 ? 1 : condition,
        stream: createStream(seed),
        kernels,
      }),
    ),
};

describe.each(Object.entries(families))("%s family", (_, families) => {
  it("pushes forward along the derivative of its effective weights", () => {
    fc.assert(
      fc.property(families, fc.nat(), (family, seed) => {
        const theta = family.initialize(createStream(seed));
        const columns = columnsOf(family, theta);
        const magnitude = 10 * Math.max(...theta.map(Math.abs), 1) ** 5;
        const { rows, tolerances } = differenceJacobian(family.effective, theta, 1e-3, magnitude);
        for (let k = 0; k < family.dimension; k++) {
          for (const [j, column] of columns.entries()) {
            expectClose(column[k], rows[k][j], tolerances[k][j], `∂F_${k}/∂θ_${j}`);
          }
        }
      }),
    );
  });

  it("pulls back by the transpose, and its metric is DF DFᵀ", () => {
    fc.assert(
      fc.property(families, fc.nat(), (family, seed) => {
        const stream = createStream(seed);
        const theta = family.initialize(stream);
        const columns = columnsOf(family, theta);
        const size = Math.sqrt(columns.reduce((sum, column) => sum + dot(column, column), 0));
        const covector = stream.gaussians(new Float64Array(family.dimension));
        const pulled = family.pullback(theta, covector);
        expect(pulled.length).toBe(family.parameters);
        const reach = 20 * Number.EPSILON * size * Math.sqrt(dot(covector, covector));
        for (const [j, column] of columns.entries())
          expectClose(pulled[j], dot(column, covector), reach, `DFᵀv[${j}]`);

        const direction = stream.gaussians(new Float64Array(family.parameters));
        const pushed = family.pushforward(theta, direction);
        const metric = family.metric(theta);
        const tolerance = 20 * Number.EPSILON * size ** 2;
        for (let i = 0; i < family.dimension; i++) {
          const row = columns.map((column) => column[i]);
          const length = 20 * Number.EPSILON * size * Math.sqrt(dot(direction, direction));
          expectClose(pushed[i], dot(row, direction), length, `DF δθ[${i}]`);
          for (let j = 0; j < family.dimension; j++) {
            const product = columns.reduce((sum, column) => sum + column[i] * column[j], 0);
            expectClose(entry(metric, i, j), product, tolerance, `metric(${i},${j})`);
            expect(entry(metric, i, j)).toBe(entry(metric, j, i));
          }
        }
      }),
    );
  });

  it("starts where its metric has full rank, with effective weights of order one", () => {
    fc.assert(
      fc.property(families, fc.nat(), (family, seed) => {
        const stream = createStream(seed);
        const { values } = kernels.symmetricEigen(family.metric(family.initialize(stream)));
        expect(values[0]).toBeGreaterThan(0);
      }),
      { numRuns: 30 },
    );
  });

  it("hands out arrays of its own", () => {
    fc.assert(
      fc.property(families, fc.nat(), (family, seed) => {
        const theta = family.initialize(createStream(seed));
        const before = theta.slice();
        const metric = [...family.metric(theta).data];
        family.effective(theta).fill(Number.NaN);
        family.pushforward(theta, theta).fill(Number.NaN);
        family.metric(theta).data.fill(Number.NaN);
        const covector = new Float64Array(family.dimension).fill(1);
        family.pullback(theta, covector).fill(Number.NaN);
        expect(theta).toEqual(before);
        expect(covector).toEqual(new Float64Array(family.dimension).fill(1));
        expect([...family.metric(theta).data]).toEqual(metric);
      }),
      { numRuns: 20 },
    );
  });

  it("makes a model whose Jacobian is X·DF, at any scale of the inputs", async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(1, 1e-100, 1e100),
        fc.nat(),
        async (family, n, scale, seed) => {
          const stream = createStream(seed);
          const inputs = gaussianMatrix(n, family.dimension, stream, scale);
          const model = olmModel({ family, inputs, targets: gaussianMatrix(n, 1, stream, scale), kernels });
          const theta = model.initialize(stream.split("theta"));
          await expectLinearizationLaws(model, theta, stream, 50 * cancellation(family, theta, inputs));
          const magnitude = 10 * scale * family.dimension * Math.max(...theta.map(Math.abs), 1) ** 5;
          await expectDerivative(model, theta, 1e-3, magnitude);
        },
      ),
    );
  });

  it("makes a model that refuses wrong lengths", () => {
    const [family] = fc.sample(families, { numRuns: 1, seed: 7 });
    const stream = createStream(1);
    const inputs = gaussianMatrix(3, family.dimension, stream);
    const model = olmModel({ family, inputs, targets: gaussianMatrix(3, 1, stream), kernels });
    expectLengthErrors(model, model.initialize(stream));
  });
});

/** DF, column by column. */
function columnsOf(family: OverparametrisedLinear, theta: Float64Array): Float64Array[] {
  return Array.from({ length: family.parameters }, (_, j) =>
    family.pushforward(theta, unit(family.parameters, j)),
  );
}

describe("effective weights by their definitions", () => {
  const theta = (family: OverparametrisedLinear, seed: number) => family.initialize(createStream(seed));
  const near = (actual: ArrayLike<number>, expected: readonly number[]) => {
    expect(actual.length).toBe(expected.length);
    for (const [k, value] of expected.entries()) expectClose(actual[k], value, 1e-13, `F_${k}`);
  };

  it("diagonal: u^D − v^D, summed over branches", () => {
    const family = diagonalNetwork({ dimension: 2, depth: 2 });
    const branched = diagonalNetwork({ dimension: 2, depth: 2, branches: 2 });
    near(branched.effective(Float64Array.of(3, 1, 4, 2, 2, -5, 1, -1)), [9 + 16 - 4 - 1, 1 + 4 - 25 - 1]);
    near(family.effective(Float64Array.of(3, 1, 2, -5)), [5, -24]);
    near(diagonalNetwork({ dimension: 1, depth: 3 }).effective(Float64Array.of(-2, 3)), [-35]);
  });

  it("deep linear: the product of its layers", () => {
    const family = deepLinear({ dimension: 4, widths: [3, 2], kernels });
    expect(family.parameters).toBe(12 + 6 + 2);
    const at = theta(family, 3);
    const first = matrix(3, 4, at.slice(0, 12));
    const second = matrix(2, 3, at.slice(12, 18));
    const product = matrix(2, 4);
    kernels.gemm(1, second, first, 0, product);
    const expected = [0, 1, 2, 3].map((k) => at[18] * entry(product, 0, k) + at[19] * entry(product, 1, k));
    near(family.effective(at), expected);
  });

  it("convolutional: what the network computes on an input, layer by layer", () => {
    const [d, k] = [5, 3];
    const family = convolutionalNetwork({ dimension: d, convolutions: 2, kernelSize: k, kernels });
    expect(family.parameters).toBe(2 * k + d);
    const at = theta(family, 4);
    const forward = (input: Float64Array): number => {
      let features = [...input];
      for (const layer of [at.slice(0, k), at.slice(k, 2 * k)]) {
        features = features.map(
          (_, i) =>
            dot(
              [0, 1, 2].map((j) => features[(i + j) % d]),
              layer,
            ) / Math.sqrt(k),
        );
      }
      return dot(features, at.slice(2 * k));
    };
    near(
      family.effective(at),
      Array.from({ length: d }, (_, i) => forward(unit(d, i))),
    );
  });

  it("reparameterisation: linear, of the condition number asked for", () => {
    const family = randomReparameterisation({
      dimension: 6,
      parameters: 9,
      condition: 1e4,
      stream: createStream(5),
      kernels,
    });
    const at = theta(family, 6);
    near(family.effective(at), [...family.pushforward(at, at)]);
    const { values } = kernels.symmetricEigen(family.metric(at));
    expect(values[5] / values[0] / 1e4).toBeCloseTo(1, 10);
    for (let j = 1; j < 6; j++) expect(values[j] / values[j - 1] / 1e4 ** 0.2).toBeCloseTo(1, 10);
    expect(values.reduce((sum, value) => sum + value)).toBeCloseTo(6, 12);
  });
});

describe("initialisation", () => {
  const options = { dimension: 50, kernels };
  const cases: Record<string, OverparametrisedLinear> = {
    linear: linear(50),
    "diagonal, depth 2": diagonalNetwork({ dimension: 50, depth: 2 }),
    "diagonal, depth 2, 8 branches": diagonalNetwork({ dimension: 50, depth: 2, branches: 8 }),
    "deep linear": deepLinear({ ...options, widths: [30, 40] }),
    convolutional: convolutionalNetwork({ ...options, convolutions: 2, kernelSize: 20 }),
    reparameterisation: randomReparameterisation({
      ...options,
      parameters: 80,
      condition: 100,
      stream: createStream(1),
    }),
  };
  /** E‖F‖²: for M branches of u², v² with u, v ~ N(0, s²), s⁴ = 1/(dM), it is dM·Var(u² − v²) = 4. */
  const expected: Record<string, number> = { "diagonal, depth 2": 4, "diagonal, depth 2, 8 branches": 4 };

  it.each(Object.entries(cases))("of %s has the E‖F‖² it documents", (name, family) => {
    const draws = 400;
    const squares = Array.from({ length: draws }, (_, k) => {
      const weights = family.effective(family.initialize(createStream(2).split(name, k)));
      return dot(weights, weights);
    });
    const mean = squares.reduce((sum, value) => sum + value) / draws;
    const deviation = Math.sqrt(squares.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
    // Four standard errors.
    expectClose(mean, expected[name] ?? 1, (4 * deviation) / Math.sqrt(draws), "E‖F‖²");
  });
});

describe("families refuse", () => {
  const stream = createStream(1);
  const refused: Record<string, () => unknown> = {
    "no dimension": () => linear(0),
    "a fractional dimension": () => diagonalNetwork({ dimension: 1.5, depth: 2 }),
    "depth 0": () => diagonalNetwork({ dimension: 2, depth: 0 }),
    "no branch": () => diagonalNetwork({ dimension: 2, depth: 2, branches: 0 }),
    "a layer without units": () => deepLinear({ dimension: 2, widths: [3, 0], kernels }),
    "no convolution": () => convolutionalNetwork({ dimension: 4, convolutions: 0, kernelSize: 2, kernels }),
    "a kernel wider than the input": () =>
      convolutionalNetwork({ dimension: 4, convolutions: 1, kernelSize: 5, kernels }),
    "fewer parameters than dimensions": () =>
      randomReparameterisation({ dimension: 4, parameters: 3, condition: 1, stream, kernels }),
    "a condition number below 1": () =>
      randomReparameterisation({ dimension: 4, parameters: 4, condition: 0.5, stream, kernels }),
    "a condition number in one dimension": () =>
      randomReparameterisation({ dimension: 1, parameters: 4, condition: 2, stream, kernels }),
  };
  it.each(Object.entries(refused))("%s", (_, build) => {
    expect(build).toThrow(RangeError);
  });
});

/**
 * How much larger ‖x‖²·Tr(DF DFᵀ), the unit in which x·DF is rounded, is than the largest ‖x·DF‖²: inputs along a flat
 * direction of the metric lose that many digits.
 */
function cancellation(family: OverparametrisedLinear, theta: Float64Array, inputs: Matrix): number {
  const metric = family.metric(theta);
  const rows = Array.from({ length: inputs.rows }, (_, i) => row(inputs, i));
  const trace = rows[0].reduce((sum, _, k) => sum + entry(metric, k, k), 0);
  const forms = rows.map((x) => x.reduce((sum, value, a) => sum + value * dot(row(metric, a), x), 0));
  return (trace * Math.max(...rows.map((x) => dot(x, x)))) / Math.max(...forms);
}
