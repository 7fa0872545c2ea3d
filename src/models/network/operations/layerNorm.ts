import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { BindContext, JacobianShare, Operation, Rule } from "../operation.ts";
import { describeShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { broadcastSums } from "./broadcast.ts";
import { standardisedRows } from "./standardise.ts";

/** What a layer normalisation averages over. */
export interface LayerNormOptions {
  /** How many of the last axes are normalised together; 1 unless given. */
  readonly axes?: number;
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number;
  /** Whether there are parameters scale γ and shift β, of the shape of the normalised axes; true unless given. */
  readonly affine?: boolean;
}

/**
 * y = γ ∘ (x − mean x)/√(var x + ε) + β, with mean and variance (divided by the count) over the last axes at each
 * position, as PyTorch's LayerNorm; the output has the input's shape. Parameters, unless `affine` is false: γ and β, each
 * of the shape of the normalised axes. `apply` throws an InputError where they have another, the input has fewer
 * axes than are normalised, `axes` is not a whole number of at least 1, or `epsilon` not at least 0.
 */
export function layerNorm({ axes = 1, epsilon = 1e-5, affine = true }: LayerNormOptions = {}): Operation {
  return {
    name: "layerNorm",
    arity: { inputs: 1, parameters: affine ? 2 : 0 },
    outputShape([input], parameters) {
      if (!(Number.isInteger(axes) && axes >= 1)) {
        throw new InputError(`layerNorm: expected axes to be a whole number of at least 1, got ${axes}`);
      }
      if (!(epsilon >= 0)) {
        throw new InputError(`layerNorm: expected an epsilon of at least 0, got ${epsilon}`);
      }
      if (axes > input.length) {
        throw new InputError(
          `layerNorm: expected an input of at least ${axes} axes, got shape ${describeShape(input)}`,
        );
      }
      const normalised = input.slice(input.length - axes);
      for (const shape of parameters) {
        if (!sameShape(shape, normalised)) {
          throw new InputError(
            `layerNorm: expected a scale and a shift of shape ${describeShape(normalised)}, got ${describeShape(shape)}`,
          );
        }
      }
      return input;
    },
    bind: ([input], _, context) =>
      layerNormRule(input, input.slice(input.length - axes), epsilon, affine, context),
  };
}

function layerNormRule(
  input: Shape,
  normalised: Shape,
  epsilon: number,
  affine: boolean,
  { math, precision, capacity }: BindContext,
): Rule {
  const width = sizeOf(normalised);
  const rows = standardisedRows(math.allocate(precision, capacity * sizeOf(input)), width, epsilon);
  const { values: xHat, inverseDeviations } = rows;
  const sums = broadcastSums(normalised, input);
  const zero = math.allocate(precision, width);
  const one = math.allocate(precision, width).fill(1);
  const [tangent, pulled, turned] = [1, 2, 3].map(() => new Float64Array(width));

  /** row ← one row of x, times the scale. */
  const load = (x: FloatArray, start: number, scale: FloatArray, row: Float64Array) => {
    for (let j = 0; j < width; j++) row[j] = scale[j] * x[start + j];
  };
  const share = (of: FloatArray | undefined): JacobianShare => ({
    kind: "outer",
    groups: 1,
    positions: 1,
    left: 1,
    right: width,
    rightFactors: (_, cotangent, target) => sums.each(cotangent, of, target),
  });
  return {
    forward({ inputs: [x], parameters: [scale = one, shift = zero], output }) {
      rows.standardise(x);
      for (let start = 0; start < x.length; start += width) {
        for (let j = 0; j < width; j++) output[start + j] = scale[j] * xHat[start + j] + shift[j];
      }
    },
    jvp({ parameters: [scale = one] }, { inputs: [along], parameters = [] }, out) {
      const [alongScale = zero, alongShift = zero] = parameters;
      tangent.fill(0);
      for (let start = 0, row = 0; start < out.length; start += width, row++) {
        if (along) {
          load(along, start, one, tangent);
          rows.project(row, tangent);
        }
        for (let j = 0; j < width; j++) {
          out[start + j] = scale[j] * tangent[j] + alongScale[j] * xHat[start + j] + alongShift[j];
        }
      }
    },
    vjp({ parameters: [scale = one] }, cotangent, [target]) {
      if (!target) return;
      for (let start = 0, row = 0; start < target.length; start += width, row++) {
        load(cotangent, start, scale, pulled);
        rows.project(row, pulled);
        target.set(pulled, start);
      }
    },
    parameterVjp(_, cotangent, scale, gradients) {
      if (!affine) return;
      sums.total(scale, cotangent, xHat, gradients[0]);
      sums.total(scale, cotangent, undefined, gradients[1]);
    },
    // With P = ∂x̂/∂x, x̂' = Pẋ, g = γȳ and g' = γ̇ȳ, and ρ' = −ρ²·mean(x̂ẋ):
    // d/dt Pg = −ρ·mean(x̂ẋ)·Pg + Pg' − ρ(x̂'·mean(x̂g) + x̂·mean(x̂'g))
    curvature({ parameters: [scale = one] }, { inputs: [along], parameters = [] }, cotangent, [target]) {
      if (!target) return;
      const [alongScale = zero] = parameters;
      for (let start = 0, row = 0; start < target.length; start += width, row++) {
        load(cotangent, start, alongScale, turned);
        rows.project(row, turned);
        for (let j = 0; j < width; j++) target[start + j] += turned[j];
        if (!along) continue;
        load(along, start, one, tangent);
        const stretch = rows.project(row, tangent);
        load(cotangent, start, scale, pulled);
        let turn = 0;
        for (let j = 0; j < width; j++) turn += (tangent[j] * pulled[j]) / width;
        const slope = rows.project(row, pulled);
        const inverse = inverseDeviations[row];
        for (let j = 0; j < width; j++) {
          target[start + j] -= inverse * (stretch * pulled[j] + slope * tangent[j] + turn * xHat[start + j]);
        }
      }
    },
    parameterCurvature(_, { inputs: [along] }, cotangent, scale, [gradient]) {
      if (!affine || !along) return;
      turned.fill(0);
      for (let start = 0, row = 0; start < along.length; start += width, row++) {
        load(along, start, one, tangent);
        rows.project(row, tangent);
        for (let j = 0; j < width; j++) turned[j] += cotangent[start + j] * tangent[j];
      }
      for (let j = 0; j < width; j++) gradient[j] += scale * turned[j];
    },
    shares: affine ? [share(xHat), share(undefined)] : [],
  };
}
