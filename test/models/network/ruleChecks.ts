import { expect } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { Operation, OuterShare, Point, Rule } from "../../../src/models/network/operation.ts";
import { type Shape, sizeOf } from "../../../src/models/network/shape.ts";
import type { RandomStream } from "../../../src/random/stream.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { dot, expectClose } from "../laws.ts";

export interface RuleCase {
  readonly operation: Operation;
  readonly inputs: readonly Shape[];
  readonly parameters?: readonly Shape[];
  readonly count: number;
  readonly stream: RandomStream;
  /** Values of one input where a Gaussian will not do: away from kinks, or indices. */
  readonly draw?: (input: number, length: number, stream: RandomStream) => Float64Array;
  /** Inputs that carry no derivative, such as indices. */
  readonly fixed?: readonly number[];
  /** Step of the finite differences; short where a kink is near. */
  readonly step?: number;
}

/**
 * The laws every rule obeys, in float64 at one random point: jvp is the derivative of forward (to 1e-7 against central
 * differences, extrapolated), vjp and parameterVjp are its adjoints (to 1e-12), an affine one's for several outputs at once, curvature and parameterCurvature are the
 * Hessian of ⟨ȳ, f⟩ (symmetric to 1e-12, and the derivative of the vjps to 1e-7), and the shares' outer products are
 * each sample's parameter Jacobian (to 1e-12). All relative to the sizes of the vectors involved.
 */
export function checkRule(test: RuleCase): void {
  const at = setUp(test);
  checkTangent(at);
  checkAdjoint(at);
  checkAffine(at);
  checkCurvature(at);
  checkShares(at);
}

type Vectors = { readonly inputs: Float64Array[]; readonly parameters: Float64Array[] };

interface SetUp {
  readonly test: RuleCase;
  readonly rule: Rule;
  readonly x: Vectors;
  readonly outputLength: number;
  readonly fixed: ReadonlySet<number>;
  /** Runs forward at these values. */
  at(values: Vectors): Point;
  /** A random direction, zero along fixed inputs. */
  direction(label: string): Vectors;
  random(label: string, length: number): Float64Array;
}

function setUp(test: RuleCase): SetUp {
  const { operation, inputs, parameters = [], count, stream } = test;
  const outputLength = count * sizeOf(operation.outputShape(inputs, parameters));
  const rule = operation.bind(inputs, parameters, {
    kernels: naiveKernels,
    math: plainVectorMath,
    precision: "float64",
    capacity: count + 1,
  });
  const fixed = new Set(test.fixed ?? []);
  const random = (label: string, length: number) => stream.split(label).gaussians(new Float64Array(length));
  const vectors = (label: string): Vectors => ({
    inputs: inputs.map((shape, k) => random(`${label} input ${k}`, count * sizeOf(shape))),
    parameters: parameters.map((shape, k) => random(`${label} parameter ${k}`, sizeOf(shape))),
  });
  const x = vectors("x");
  if (test.draw) {
    for (const [k, shape] of inputs.entries()) {
      x.inputs[k].set(test.draw(k, count * sizeOf(shape), stream.split("draw", String(k))));
    }
  }
  return {
    test,
    rule,
    x,
    outputLength,
    fixed,
    random,
    at(values) {
      const point = { ...values, count, output: new Float64Array(outputLength).fill(Number.NaN) };
      rule.forward(point);
      return point;
    },
    direction(label) {
      const v = vectors(label);
      for (const k of fixed) v.inputs[k].fill(0);
      return v;
    },
  };
}

const all = (v: Vectors) => [...v.inputs, ...v.parameters];
const inner = (a: Vectors, b: Vectors) => all(a).reduce((sum, part, k) => sum + dot(part, all(b)[k]), 0);
const norm = (v: ArrayLike<number>) => Math.sqrt(dot(v, v));
const size = (v: Vectors) => Math.sqrt(inner(v, v));
const moved = (x: Vectors, step: number, v: Vectors): Vectors => ({
  inputs: x.inputs.map((part, k) => part.map((value, i) => value + step * v.inputs[k][i])),
  parameters: x.parameters.map((part, k) => part.map((value, i) => value + step * v.parameters[k][i])),
});

/** d/dt of a list of arrays along v, by central differences with Richardson extrapolation. */
function differences(s: SetUp, v: Vectors, f: (values: Vectors) => Float64Array[]): Float64Array[] {
  const h = s.test.step ?? 2 ** -9;
  const central = (step: number) => {
    const above = f(moved(s.x, step, v));
    const below = f(moved(s.x, -step, v));
    return above.map((part, k) => part.map((value, i) => (value - below[k][i]) / (2 * step)));
  };
  const [coarse, fine] = [central(h), central(h / 2)];
  return fine.map((part, k) => part.map((value, i) => (4 * value - coarse[k][i]) / 3));
}

function expectVector(actual: Float64Array, expected: Float64Array, tolerance: number, what: string): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(norm(actual), norm(expected), 1e-3);
  const off = norm(actual.map((value, i) => value - expected[i]));
  if (!(off <= tolerance * scale)) {
    expect.fail(`${what}: off by ${off} of ${scale}: ${actual.slice(0, 6)} for ${expected.slice(0, 6)}`);
  }
}

function tangentsOf(s: SetUp, v: Vectors) {
  return {
    inputs: v.inputs.map((part, k) => (s.fixed.has(k) ? undefined : part)),
    parameters: v.parameters.length > 0 ? v.parameters : undefined,
  };
}

function checkTangent(s: SetUp): void {
  const v = s.direction("v");
  const [expected] = differences(s, v, (values) => [s.at(values).output as Float64Array]);
  const point = s.at(s.x);
  const out = new Float64Array(s.outputLength).fill(Number.NaN);
  s.rule.jvp(point, tangentsOf(s, v), out);
  expectVector(out, expected, 1e-7, "jvp against differences");

  // zero tangents may be left out, one at a time
  const sum = new Float64Array(s.outputLength);
  const none = s.x.inputs.map(() => undefined);
  for (const [k, part] of v.inputs.entries()) {
    if (s.fixed.has(k)) continue;
    const one = new Float64Array(s.outputLength);
    s.rule.jvp(point, { inputs: none.with(k, part as never), parameters: undefined }, one);
    for (let i = 0; i < sum.length; i++) sum[i] += one[i];
  }
  if (v.parameters.length > 0) {
    const one = new Float64Array(s.outputLength);
    s.rule.jvp(point, { inputs: none, parameters: v.parameters }, one);
    for (let i = 0; i < sum.length; i++) sum[i] += one[i];
  }
  expectVector(sum, out, 1e-12, "jvp as the sum of its parts");
}

/** (∂f/∂x)ᵀȳ and (∂f/∂θ)ᵀȳ at the point. */
function pullback(s: SetUp, point: Point, cotangent: Float64Array): Vectors {
  const targets = s.x.inputs.map((part, k) =>
    s.fixed.has(k) ? undefined : new Float64Array(part.length).fill(Number.NaN),
  );
  s.rule.vjp(point, cotangent, targets);
  const gradients = s.x.parameters.map((part) => new Float64Array(part.length));
  s.rule.parameterVjp?.(point, cotangent, 1, gradients);
  return {
    inputs: targets.map((target, k) => target ?? new Float64Array(s.x.inputs[k].length)),
    parameters: gradients,
  };
}

function checkAdjoint(s: SetUp): void {
  const point = s.at(s.x);
  const v = s.direction("adjoint");
  const cotangent = s.random("cotangent", s.outputLength);
  const image = new Float64Array(s.outputLength);
  s.rule.jvp(point, tangentsOf(s, v), image);
  const pulled = pullback(s, point, cotangent);
  const reach = Math.max(norm(cotangent) * norm(image), size(pulled) * size(v), 1e-300);
  expectClose(dot(cotangent, image), inner(pulled, v), 1e-12 * reach, "⟨u, Jv⟩ = ⟨Jᵀu, v⟩");

  const scaled = s.x.parameters.map((part) => part.slice());
  s.rule.parameterVjp?.(point, cotangent, -0.5, scaled);
  for (const [k, part] of scaled.entries()) {
    const expected = s.x.parameters[k].map((value, i) => value - 0.5 * pulled.parameters[k][i]);
    expectVector(part, expected, 1e-12, "parameterVjp adds scale times the gradient");
  }
}

/** Where a rule says that vjp reads parameters alone, cotangents of several outputs come as further samples of any point. */
function checkAffine(s: SetUp): void {
  if (!s.rule.affine) return;
  const point = s.at(s.x);
  const cotangents = [1, 2, 3].map((k) => s.random(`cotangent ${k}`, s.outputLength));
  const apart = cotangents.map((cotangent) => pullback(s, point, cotangent).inputs);
  const targets = s.x.inputs.map(({ length }) => new Float64Array(3 * length).fill(Number.NaN));
  const together = Float64Array.from(cotangents.flatMap((cotangent) => [...cotangent]));
  const unknown = { ...point, count: 3 * point.count, inputs: [], output: new Float64Array(0) };
  s.rule.vjp(unknown, together, targets);
  for (const [k, target] of targets.entries()) {
    const expected = Float64Array.from(apart.flatMap((inputs) => [...inputs[k]]));
    expectVector(target, expected, 1e-12, `vjp of several outputs, input ${k}`);
  }
}

/** The Hessian of ⟨ȳ, f⟩ times v. */
function curvatureAlong(s: SetUp, point: Point, cotangent: Float64Array, v: Vectors): Vectors {
  const targets = s.x.inputs.map((part, k) => (s.fixed.has(k) ? undefined : new Float64Array(part.length)));
  const gradients = s.x.parameters.map((part) => new Float64Array(part.length));
  s.rule.curvature?.(point, tangentsOf(s, v), cotangent, targets);
  s.rule.parameterCurvature?.(point, tangentsOf(s, v), cotangent, 1, gradients);
  return {
    inputs: targets.map((target, k) => target ?? new Float64Array(s.x.inputs[k].length)),
    parameters: gradients,
  };
}

function checkCurvature(s: SetUp): void {
  const cotangent = s.random("curvature", s.outputLength);
  const [v, w] = [s.direction("v"), s.direction("w")];
  const expected = differences(s, v, (values) => all(pullback(s, s.at(values), cotangent)));
  const point = s.at(s.x);
  const [hv, hw] = [curvatureAlong(s, point, cotangent, v), curvatureAlong(s, point, cotangent, w)];
  const pulled = norm(all(pullback(s, point, cotangent)).flatMap((part) => [...part]));
  for (const [k, part] of all(hv).entries()) {
    const scale = Math.max(norm(part), norm(expected[k]), pulled);
    const off = norm(part.map((value, i) => value - expected[k][i]));
    if (!(off <= 1e-7 * scale)) expect.fail(`curvature ${k} against differences: off by ${off} of ${scale}`);
  }
  const reach = Math.max(size(hv) * size(w), size(hw) * size(v), 1e-300);
  expectClose(inner(hv, w), inner(hw, v), 1e-12 * reach, "the Hessian is symmetric");
}

function checkShares(s: SetUp): void {
  const { rule, test } = s;
  if (s.x.parameters.length === 0) return;
  const point = s.at(s.x);
  const cotangent = s.random("shares", s.outputLength);
  expect(rule.shares?.length, "one share a parameter").toBe(s.x.parameters.length);
  for (const [k, share] of rule.shares!.entries()) {
    const parameterSize = s.x.parameters[k].length;
    const gradients = new Float64Array(test.count * parameterSize).fill(Number.NaN);
    if (share.kind === "explicit") share.sampleGradients(point, cotangent, gradients);
    else sumOuterProducts(share, point, cotangent, gradients);
    for (let i = 0; i < test.count; i++) {
      const gradient = gradients.subarray(i * parameterSize, (i + 1) * parameterSize);
      const expected = sampleGradient(s, point, cotangent, i, k);
      expectVector(gradient, expected, 1e-12, `share ${k} of sample ${i}`);
    }
    if (share.kind === "outer" && share.gradients) checkGradients(s, share, k);
  }
}

/** Gradients of one sample for several outputs, added to what is there, by all columns, by the first and by the others. */
function checkGradients(s: SetUp, { gradients, left }: OuterShare, parameter: number): void {
  const { input, unit, add } = gradients!;
  const { count } = s.test;
  const point = s.at(s.x);
  const size = s.x.parameters[parameter].length;
  const rows = size / left;
  expect(input).toBe(s.x.inputs[0].length / count);
  expect(left % unit).toBe(0);
  for (const outputs of [1, 3]) {
    const cotangents = Array.from({ length: outputs }, (_, k) => s.random(`output ${k}`, s.outputLength));
    for (let sample = 0; sample < count; sample++) {
      const each = s.outputLength / count;
      const own = cotangents.flatMap((all) => [...all.subarray(sample * each, (sample + 1) * each)]);
      const expected = cotangents.map((cotangent) => sampleGradient(s, point, cotangent, sample, parameter));
      for (const [from, to] of [
        [0, left],
        [0, unit],
        [unit, left],
      ] as const) {
        if (from === to) continue;
        const target = new Float64Array(outputs * rows * (to - from)).fill(0.5);
        add(s.x.inputs, sample, outputs, Float64Array.from(own), { from, to }, target);
        const columns = expected.flatMap((gradient) =>
          [...gradient].filter((_, i) => i % left >= from && i % left < to),
        );
        const sum = Float64Array.from(columns, (value) => value + 0.5);
        expectVector(target, sum, 1e-12, `share ${parameter} of sample ${sample} for ${outputs} outputs`);
      }
    }
  }
}

/** gradients ← Σ_t right_t ⊗ left_t of each sample. */
function sumOuterProducts(share: OuterShare, point: Point, cotangent: Float64Array, gradients: Float64Array) {
  const { groups, positions, left, right } = share;
  const { count } = point;
  expect(count * groups * left * right).toBe(gradients.length);
  const factors = (width: number) => new Float64Array(count * groups * positions * width).fill(Number.NaN);
  if (!share.leftFactors) expect(left).toBe(1);
  const lefts = share.leftFactors ? share.leftFactors(point, factors(left)) : factors(1).fill(1);
  const rights = share.rightFactors(point, cotangent, factors(right));
  expect(lefts.length).toBe(count * groups * positions * left);
  expect(rights.length).toBe(count * groups * positions * right);
  gradients.fill(0);
  for (let block = 0; block < count * groups; block++) {
    for (let t = block * positions; t < (block + 1) * positions; t++) {
      for (let b = 0; b < right; b++) {
        for (let a = 0; a < left; a++) {
          gradients[(block * right + b) * left + a] += rights[t * right + b] * lefts[t * left + a];
        }
      }
    }
  }
}

/** The gradient of one sample's part alone, by silencing the cotangents of the others. */
function sampleGradient(s: SetUp, point: Point, cotangent: Float64Array, sample: number, parameter: number) {
  const each = s.outputLength / s.test.count;
  const own = cotangent.map((value, i) => (Math.floor(i / each) === sample ? value : 0));
  return pullback(s, point, own).parameters[parameter];
}
