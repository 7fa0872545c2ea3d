import { type FloatArray, rowMajor } from "../../../linalg/matrix.ts";
import type { SampleGradients } from "../operation.ts";
import { bytesOf, type GramContext, type GramPart } from "./part.ts";
import { outerShares, type ParameterPlan } from "./plan.ts";
import { rowProducts } from "./rowProducts.ts";

/** A use of a parameter whose gradients come from inputs and cotangents. */
interface GradientUse {
  readonly node: number;
  readonly gradients: SampleGradients;
  /** Numbers in one cotangent of a sample. */
  readonly cotangent: number;
}

/** What is kept of one use: inputs of all samples, cotangents of all samples and outputs. */
interface Kept extends GradientUse {
  readonly inputs: FloatArray;
  readonly cotangents: FloatArray;
}

/**
 * A parameter whose inputs and cotangents take less memory than its per-sample gradients: those are formed at the end, from
 * what was kept, at most `tileNumbers` numbers of them at a time, or the fewest columns that can be formed.
 */
export function deferredRowsPart(
  plan: ParameterPlan,
  uses: readonly GradientUse[],
  tileNumbers: number,
  context: GramContext,
): GramPart {
  const { samples, outputs, math, precision } = context;
  const size = samples * outputs;
  const columns = plan.size / plan.rows;
  const units = Math.max(1, Math.floor(tileNumbers / (size * plan.rows * plan.unit)));
  const step = Math.min(columns, units * plan.unit);
  let all: Kept[];

  return {
    bytes: deferredNumbers(uses, context) * bytesOf(precision),
    nodes: [...new Set(uses.map(({ node }) => node))],
    begin() {
      all = uses.map((use) => ({
        ...use,
        inputs: math.allocate(precision, samples * use.gradients.input),
        cotangents: math.allocate(precision, size * use.cotangent),
      }));
    },
    take({ node, point, cotangent }, { start, output, outputs: some }) {
      const { count } = point;
      for (const kept of all) {
        if (kept.node !== node) continue;
        if (output === 0) kept.inputs.set(point.inputs[0], start * kept.gradients.input);
        const each = kept.cotangent;
        for (let k = 0; k < some; k++) {
          for (let i = 0; i < count; i++) {
            const from = (k * count + i) * each;
            const row = (start + i) * outputs + output + k;
            kept.cotangents.set(cotangent.subarray(from, from + each), row * each);
          }
        }
      }
    },
    finish(gram, space, split) {
      const products = rowProducts(gram, space, split, context);
      const tile = math.allocate(precision, size * plan.rows * step);
      for (let from = 0; from < columns; from += step) {
        const range = { from, to: Math.min(columns, from + step) };
        const width = plan.rows * (range.to - range.from);
        const each = outputs * width;
        for (let i = 0; i < samples; i++) {
          const target = tile.subarray(i * each, (i + 1) * each).fill(0);
          for (const { inputs, cotangents, cotangent, gradients } of all) {
            const own = cotangents.subarray(i * outputs * cotangent, (i + 1) * outputs * cotangent);
            gradients.add([inputs], i, outputs, own, range, target);
          }
        }
        products.add(rowMajor(size, width, tile.subarray(0, size * width)));
      }
      products.finish();
      math.release(tile);
      for (const { inputs, cotangents } of all) {
        math.release(inputs);
        math.release(cotangents);
      }
    },
  };
}

/** The uses of a parameter when gradients come from inputs and cotangents in all of them. */
export function gradientUses({ uses }: ParameterPlan): readonly GradientUse[] | undefined {
  const found = outerShares(uses)?.flatMap(({ groups, right, positions, gradients }, k) =>
    gradients ? [{ node: uses[k].node, gradients, cotangent: groups * right * positions }] : [],
  );
  return found?.length === uses.length ? found : undefined;
}

/** How many numbers are kept of these uses. */
export function deferredNumbers(
  uses: readonly GradientUse[],
  { samples, outputs }: Pick<GramContext, "samples" | "outputs">,
): number {
  return samples * uses.reduce((sum, use) => sum + use.gradients.input + outputs * use.cotangent, 0);
}
