import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchSampler } from "../../src/data/batches.ts";
import { type Instrument, readInstrument } from "../../src/dynamics/instruments.ts";
import type { PointOptions } from "../../src/dynamics/networkPoint.ts";
import { columnsOf, type Quantity, quantities } from "../../src/dynamics/quantities.ts";
import { plainVectorMath } from "../../src/linalg/plainVectorMath.ts";
import type { Precision } from "../../src/linalg/vectorMath.ts";
import { relu, tanh } from "../../src/models/activations.ts";
import { graphBuilder } from "../../src/models/network/graph.ts";
import { crossEntropyLoss, squareLoss } from "../../src/models/network/losses.ts";
import { type NetworkModel, networkModel } from "../../src/models/network/network.ts";
import { activation } from "../../src/models/network/operations/activation.ts";
import { dense } from "../../src/models/network/operations/dense.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitCrossEntropy } from "../reference/explicitCrossEntropy.ts";
import {
  dot,
  type ExplicitGeometry,
  explicitDirectionalAlignment,
  explicitGeometry,
  explicitLossAlignment,
  frobenius,
  type Rows,
  trace,
} from "../reference/explicitGeometry.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";

interface Setting {
  readonly samples: number;
  readonly outputs: number;
  readonly loss: "mse" | "cross-entropy";
  readonly seed: number;
  readonly precision?: Precision;
}

const step = { batchSize: 2, replacement: true, learningRate: 1e-3 };
const options = { kernels, stream: createStream(8), step };
const top = 3;
function network({ samples, outputs, loss, seed, precision = "float64" }: Setting, f = tanh) {
  const g = graphBuilder([2]);
  const hidden = g.apply(activation(f), [
    g.apply(dense(), [g.input], [g.parameter("a", [3, 2], "weight"), g.parameter("b", [3], "bias")]),
  ]);
  const last = [g.parameter("c", [outputs, 3], "weight"), g.parameter("d", [outputs], "bias")];
  const graph = g.finish(g.apply(dense(), [hidden], last));
  const stream = createStream(seed);
  const draw = (name: string, length: number) => stream.split(name).gaussians(new Float64Array(length));
  const labels = Int32Array.from({ length: samples }, () => stream.integer(Math.max(2, outputs)));
  const targets = Float64Array.from({ length: samples * outputs }, (_, k) =>
    outputs === 1 ? 1 - 2 * labels[k] : Number(labels[Math.floor(k / outputs)] === k % outputs),
  );
  const inputs = draw("inputs", samples * 2);
  const model = networkModel({
    graph,
    inputs: precision === "float32" ? Float32Array.from(inputs) : inputs,
    targets,
    loss: loss === "mse" ? squareLoss : crossEntropyLoss,
    initialize: () => new Float64Array(0),
    kernels,
    math: plainVectorMath,
    precision,
  });
  return { model, labels, targets, theta: draw("theta", model.parameters) };
}

/** ∂f/∂θ by central differences: n·C rows. */
function jacobianOf(model: NetworkModel, theta: Float64Array): Rows {
  const step = 1e-5;
  const shifted = (k: number, by: number) =>
    model.predict(theta.map((value, j) => (j === k ? value + by : value)));
  const columns = Array.from(theta, (_, k) => {
    const [up, down] = [shifted(k, step), shifted(k, -step)];
    return up.map((value, i) => (value - down[i]) / (2 * step));
  });
  return Array.from({ length: model.samples * model.outputs }, (_, i) => columns.map((column) => column[i]));
}

function explicit(
  { loss, outputs }: Setting,
  { model, targets, theta }: ReturnType<typeof network>,
): ExplicitGeometry {
  const outputsAt = model.predict(theta);
  const jacobian = jacobianOf(model, theta);
  if (loss === "mse")
    return explicitGeometry(
      jacobian,
      outputsAt.map((f, k) => f - targets[k]),
      outputs,
    );
  const rows = Array.from({ length: model.samples }, (_, i) => [
    ...targets.slice(i * outputs, (i + 1) * outputs),
  ]);
  return explicitCrossEntropy(jacobian, outputsAt, rows);
}

/** The eigenpair k (descending) of an explicit symmetric matrix. */
function eigenpair(a: Rows, k: number): { value: number; vector: number[] } {
  const size = a.length;
  const { values, vectors } = kernels.symmetricEigen({
    data: Float64Array.from(a.flat()),
    rows: size,
    columns: size,
    offset: 0,
    rowStride: size,
    columnStride: 1,
  });
  const column = size - 1 - k;
  const vector = Array.from(
    { length: size },
    (_, i) => vectors.data[vectors.offset + i * vectors.rowStride + column * vectors.columnStride],
  );
  return { value: values[column], vector };
}

const settings = fc.record({
  samples: fc.integer({ min: 3, max: 8 }),
  outputs: fc.constantFrom(1, 3),
  seed: fc.nat(),
  loss: fc.constantFrom("mse" as const, "cross-entropy" as const),
});
const compatible = settings.filter(({ outputs, loss }) => outputs > 1 || loss === "mse");

const read = (made: ReturnType<typeof network>, of: readonly Quantity[], more: Partial<Instrument> = {}) =>
  readInstrument({ quantities: of, top, training: made, ...more }, made.theta, options);

describe("readInstrument", () => {
  it("measures what the definitions say, written out with p×p matrices", async () => {
    await fc.assert(
      fc.asyncProperty(compatible, async (setting) => {
        const made = network(setting);
        const geometry = explicit(setting, made);
        const of = quantities.filter(
          (quantity) => !quantity.startsWith("test") && quantity !== "hessianMaxEigenvalue",
        );
        const { values, undefined: reasons } = await read(made, of);
        expect(reasons).toEqual({});
        // the reference takes its Jacobian from differences, which have ten digits
        const near = (column: string, expected: number, size = Math.abs(expected)) =>
          expect(Math.abs((values[column] as number) - expected), column).toBeLessThanOrEqual(1e-7 * size);
        near("loss", geometry.loss);
        near("gradientNorm", Math.sqrt(dot(geometry.gradient, geometry.gradient)), 1 + geometry.loss);
        near("trace", trace(geometry.gaussNewton));
        near("frobenius", frobenius(geometry.gaussNewton));
        const alignment = explicitLossAlignment(geometry);
        near("lossAlignment", alignment.covariance, alignment.secondMoment);
        near("lossAlignmentSecondMoment", alignment.secondMoment);
        expect(values.lossAlignmentLow).toBeLessThanOrEqual(values.lossAlignment as number);
        expect(values.lossAlignmentHigh).toBeGreaterThanOrEqual(values.lossAlignment as number);
        const gradientSquared = dot(geometry.gradient, geometry.gradient);
        const scale = trace(geometry.covariance) / gradientSquared;
        near("noiseScale", scale, scale * (1 + trace(geometry.secondMoment) / gradientSquared));
        expect(values.noiseScaleLow).toBeLessThanOrEqual(values.noiseScale as number);
        expect(values.noiseScaleHigh).toBeGreaterThanOrEqual(values.noiseScale as number);
        const sharpest = eigenpair(geometry.gaussNewton, 0).value;
        near("maxEigenvalue", sharpest);
        for (let k = 0; k < top; k++) {
          const { value, vector } = eigenpair(geometry.gaussNewton, k);
          const gap = Math.min(
            ...[k - 1, k + 1]
              .filter((j) => j >= 0)
              .map((j) => Math.abs(eigenpair(geometry.gaussNewton, j).value - value)),
          );
          if (gap < 0.01 * sharpest) continue;
          const g = explicitDirectionalAlignment(geometry, vector);
          near(`directionalAlignment${k + 1}`, g.covariance, (g.secondMoment * sharpest * 100) / value);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("finds the largest eigenvalue of the Hessian, with what it is off by", async () => {
    await fc.assert(
      fc.asyncProperty(compatible, async (setting) => {
        const made = network(setting);
        const { values } = await read(made, ["hessianMaxEigenvalue"]);
        const { model, theta } = made;
        // H column by column from differences of the gradient
        const all = Int32Array.from({ length: model.samples }, (_, i) => i);
        const gradientAt = (k: number, by: number) => {
          const gradient = new Float64Array(theta.length);
          model.gradient(
            theta.map((value, j) => (j === k ? value + by : value)),
            all,
            gradient,
          );
          return gradient;
        };
        const hessian = Array.from(theta, (_, k) => {
          const [up, down] = [gradientAt(k, 1e-5), gradientAt(k, -1e-5)];
          return Array.from(up, (value, j) => (value - down[j]) / 2e-5);
        });
        const symmetric = hessian.map((row, a) => row.map((value, b) => (value + hessian[b][a]) / 2));
        const { value } = eigenpair(symmetric, 0);
        const size = frobenius(symmetric);
        expect(Math.abs((values.hessianMaxEigenvalue as number) - value)).toBeLessThanOrEqual(1e-7 * size);
        expect(values.hessianMaxEigenvalueResidual).toBeLessThanOrEqual(1e-8 * size);
      }),
      { numRuns: 20 },
    );
  });

  it("measures the one-step laws on batches of the step that is taken", async () => {
    await fc.assert(
      fc.asyncProperty(compatible, fc.boolean(), async (setting, replacement) => {
        const made = network(setting);
        const { model, theta } = made;
        const taken = { batchSize: 2, replacement, learningRate: 0.05 };
        const { values } = await readInstrument(
          { quantities: ["noiseLossRatio", "noiseProjectionRatio"], top: 1, training: made },
          theta,
          { ...options, step: taken },
        );
        const geometry = explicit(setting, made);
        const { value, vector } = eigenpair(geometry.gaussNewton, 0);
        fc.pre(value - eigenpair(geometry.gaussNewton, 1).value > 0.01 * value);
        const all = Int32Array.from({ length: model.samples }, (_, i) => i);
        const gradientAt = (at: Float64Array, batch: Int32Array) => {
          const gradient = new Float64Array(theta.length);
          return { loss: model.gradient(at, batch, gradient), gradient };
        };
        const moved = (gradient: Float64Array) => theta.map((value, k) => value - 0.05 * gradient[k]);
        const { gradient: mean } = gradientAt(theta, all);
        const arrival = gradientAt(moved(mean), all);
        const next = batchSampler({
          samples: model.samples,
          ...taken,
          stream: options.stream.split("batches"),
        });
        let increase = 0;
        let displacement = 0;
        for (let k = 0; k < 100; k++) {
          const { gradient } = gradientAt(theta, next());
          const noise = gradient.map((value, j) => value - mean[j]);
          const { loss } = gradientAt(moved(gradient), all);
          increase += (loss - arrival.loss + 0.05 * dot(arrival.gradient, noise)) / 100;
          displacement += (0.05 * dot(noise, vector)) ** 2 / 100;
        }
        const n = model.samples;
        const noise = 0.05 ** 2 * (replacement ? 1 / 2 : (n - 2) / (2 * (n - 1)));
        const quadratic = dot(
          geometry.gaussNewton.map((row) => dot(row, vector)),
          vector,
        );
        const decoupled = {
          noiseLossRatio: increase / (noise * geometry.loss * frobenius(geometry.gaussNewton) ** 2),
          noiseProjectionRatio: displacement / (noise * 2 * geometry.loss * quadratic),
        };
        const alignment = {
          noiseLossRatio: explicitLossAlignment(geometry).covariance,
          noiseProjectionRatio: explicitDirectionalAlignment(geometry, vector).covariance,
        };
        for (const name of ["noiseLossRatio", "noiseProjectionRatio"] as const) {
          // the reference takes its Jacobian from differences, which have ten digits
          const near = (column: string, expected: number) =>
            expect(Math.abs((values[column] as number) / expected - 1), column).toBeLessThanOrEqual(1e-5);
          near(`${name}Decoupled`, decoupled[name]);
          near(name, decoupled[name] / alignment[name]);
          expect(values[`${name}Low`]).toBeLessThan(values[name] as number);
          expect(values[`${name}High`]).toBeGreaterThan(values[name] as number);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("in float32 within its rounding", async () => {
    const setting = { samples: 6, outputs: 3, seed: 4 };
    for (const loss of ["mse", "cross-entropy"] as const) {
      const of: Quantity[] = [
        "loss",
        "gradientNorm",
        "lossAlignment",
        "trace",
        "frobenius",
        "maxEigenvalue",
        "hessianMaxEigenvalue",
      ];
      const [single, double] = await Promise.all(
        (["float32", "float64"] as const).map((precision) =>
          read(network({ ...setting, loss, precision }), of),
        ),
      );
      for (const column of of) {
        const expected = double.values[column] as number;
        expect(Math.abs((single.values[column] as number) / expected - 1), column).toBeLessThan(1e-5);
      }
    }
  });

  it("counts the samples whose class has the largest output, or a positive one", async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        const made = network({ ...setting, loss: "mse" });
        const { model, labels, theta } = made;
        const outputs = model.predict(theta);
        let right = 0;
        for (let i = 0; i < model.samples; i++) {
          const own = [...outputs.slice(i * model.outputs, (i + 1) * model.outputs)];
          const predicted = model.outputs === 1 ? (own[0] > 0 ? 0 : 1) : own.indexOf(Math.max(...own));
          if (predicted === labels[i]) right++;
        }
        const { values } = await read(made, ["accuracy"]);
        expect(values.accuracy).toBe(right / model.samples);
      }),
    );
  });

  it("takes any class but the first for a single output that is not positive", async () => {
    const made = network({ samples: 3, outputs: 1, seed: 1, loss: "mse" });
    const theta = new Float64Array(made.theta.length);
    theta[theta.length - 1] = -1;
    const labels = Int32Array.of(0, 1, 2);
    const { values } = await read({ ...made, theta, labels }, ["accuracy"]);
    expect(values.accuracy).toBe(2 / 3);
  });

  it("measures test quantities on test samples", async () => {
    const training = network({ samples: 5, outputs: 3, seed: 1, loss: "mse" });
    const test = network({ samples: 9, outputs: 3, seed: 2, loss: "mse" });
    const { values } = await read(training, ["loss", "testLoss", "testAccuracy"], { test });
    const own = await read({ ...test, theta: training.theta }, ["loss", "accuracy"]);
    expect([values.testLoss, values.testAccuracy]).toEqual([own.values.loss, own.values.accuracy]);
    expect(values.loss).not.toBe(values.testLoss);
    await expect(read(training, ["testLoss"])).rejects.toThrow("testLoss: expected samples to measure it on");
  });

  it("gives the same numbers again, and its memory back", async () => {
    const made = network({ samples: 6, outputs: 3, seed: 3, loss: "cross-entropy" });
    const of = quantities.filter((quantity) => !quantity.startsWith("test"));
    const held = new Set<object>();
    const math = {
      ...plainVectorMath,
      allocate(...[precision, length]: Parameters<typeof plainVectorMath.allocate>) {
        const array = plainVectorMath.allocate(precision, length);
        held.add(array);
        return array;
      },
      release: (array: object) => void held.delete(array),
    };
    const { model } = made;
    const counted = networkModel({
      graph: model.graph,
      inputs: createStream(3).split("inputs").gaussians(new Float64Array(12)),
      targets: model.targets,
      loss: model.loss,
      initialize: model.initialize,
      kernels,
      math,
    });
    const first = await read({ ...made, model: counted }, of);
    expect(held.size).toBe(0);
    expect(await read({ ...made, model: counted }, of)).toEqual(first);
    expect(await read(made, of)).toEqual(first);
  });
});

describe("what has no value says why", () => {
  const reasonsOf = async (made: ReturnType<typeof network>, of: readonly Quantity[]) => {
    const { values, undefined: reasons } = await read(made, of);
    for (const column of Object.keys(reasons)) expect(values[column]).toBeNull();
    for (const quantity of of) {
      for (const column of columnsOf(quantity, top)) expect(values).toHaveProperty(column);
    }
    return reasons;
  };

  it("a perfect fit has no alignment", async () => {
    const made = network({ samples: 4, outputs: 1, seed: 1, loss: "mse" });
    const theta = new Float64Array(made.theta.length);
    const targets = made.model.targets.fill(0);
    expect(targets.length).toBe(4);
    const reasons = await reasonsOf({ ...made, theta }, [
      "loss",
      "lossAlignment",
      "directionalAlignment",
      "maxEigenvalue",
    ]);
    expect(Object.keys(reasons)).toEqual([
      ...columnsOf("lossAlignment", top),
      ...columnsOf("directionalAlignment", top),
    ]);
    expect(reasons.lossAlignment).toBe("the loss is zero: every residual is 0");
    expect(reasons.directionalAlignment2).toMatch(/its rank is 1$/);
  });

  it("outputs that overflow have no geometry, and no NaN", async () => {
    for (const loss of ["mse", "cross-entropy"] as const) {
      const made = network({ samples: 4, outputs: 3, seed: 1, loss }, relu);
      const of = quantities.filter((quantity) => !quantity.startsWith("test"));
      const reasons = await reasonsOf({ ...made, theta: made.theta.map(() => 1e200) }, of);
      expect(Object.keys(reasons)).toEqual(of.flatMap((quantity) => columnsOf(quantity, top)));
      expect(reasons.loss).toBe("the outputs are not finite numbers");
      expect(reasons.hessianMaxEigenvalueResidual).toMatch(/finite/);
    }
  });

  it("a Jacobian whose products overflow the precision", async () => {
    const made = network({ samples: 4, outputs: 1, seed: 1, loss: "mse", precision: "float32" }, relu);
    const theta = made.theta.map((value, k) => (k < 9 ? value * 1e-30 : value * 1e25));
    const reasons = await reasonsOf({ ...made, theta }, ["loss", "lossAlignment", "trace"]);
    expect(reasons).toEqual(
      Object.fromEntries(
        [...columnsOf("lossAlignment", top), "trace"].map((column) => [
          column,
          "the Jacobian's products are too large for the precision",
        ]),
      ),
    );
  });

  it("a step without noise has no one-step laws", async () => {
    const made = network({ samples: 4, outputs: 1, seed: 1, loss: "mse" });
    const of = ["noiseLossRatio", "noiseProjectionRatio"] as const;
    const reasonsAt = async (taken: PointOptions["step"], at = made) => {
      const { values, undefined: reasons } = await readInstrument(
        { quantities: of, top, training: at },
        at.theta,
        { ...options, step: taken },
      );
      expect(Object.keys(reasons)).toEqual(of.flatMap((quantity) => columnsOf(quantity, top)));
      for (const column of Object.keys(reasons)) expect(values[column]).toBeNull();
      return [...new Set(Object.values(reasons))];
    };
    expect(await reasonsAt({ undefined: "gradient descent" })).toEqual(["gradient descent"]);
    expect(await reasonsAt({ ...step, learningRate: 0 })).toEqual(["the learning rate is 0"]);
    expect(await reasonsAt({ ...step, batchSize: 5, replacement: false })).toEqual([
      "a batch of 5 different samples is more than the 4 looked at",
    ]);
    const none = "the gradients of all batches agree: the step has no noise";
    expect(await reasonsAt({ ...step, batchSize: 4, replacement: false })).toEqual([none]);
    const fitted = network({ samples: 4, outputs: 1, seed: 1, loss: "mse" });
    fitted.model.targets.set(fitted.model.predict(fitted.theta));
    expect(await reasonsAt(step, fitted)).toEqual([none]);
  });

  it("an increase of the loss that float32 cannot show, and a step that leaves the finite numbers", async () => {
    for (const loss of ["mse", "cross-entropy"] as const) {
      const at = async (precision: Precision, learningRate: number) => {
        const made = network({ samples: 4, outputs: 3, seed: 1, loss, precision });
        const { values, undefined: reasons } = await readInstrument(
          { quantities: ["noiseLossRatio"], top, training: made },
          made.theta,
          { ...options, step: { ...step, learningRate } },
        );
        return values.noiseLossRatio ?? reasons.noiseLossRatio;
      };
      expect(await at("float32", 1e-4)).toBe(
        "the increase of the loss is lost in the rounding of the outputs",
      );
      expect(await at("float64", 1e-4)).toBeCloseTo(1, 0);
      expect(await at("float32", 0.02)).toBeCloseTo(Number(await at("float64", 0.02)), 1);
      expect(await at("float64", 1e306)).toMatch(/finite|after the step/);
    }
  });

  it("too few samples for an interval; no classes for an accuracy", async () => {
    const made = network({ samples: 2, outputs: 1, seed: 1, loss: "mse" });
    const reasons = await reasonsOf(made, ["lossAlignment", "noiseScale"]);
    expect(Object.keys(reasons)).toEqual([
      "lossAlignmentLow",
      "lossAlignmentHigh",
      "noiseScaleLow",
      "noiseScaleHigh",
    ]);
    const { model, theta } = made;
    const { undefined: unlabelled } = await readInstrument(
      { quantities: ["accuracy"], top, training: { model } },
      theta,
      options,
    );
    expect(unlabelled).toEqual({ accuracy: "the samples have no classes" });
  });
});
