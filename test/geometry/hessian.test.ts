import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { measureHessian } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import type { HessianLinearization } from "../../src/models/linearization.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitOperator, inner, symmetricWith } from "../reference/symmetric.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const stream = (label: string | number) => createStream(53).split("hessian", label);
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

/** A linearization of which only the Hessian is of interest. */
function withHessian(
  size: number,
  apply: (v: Float64Array) => Float64Array | Promise<Float64Array>,
): HessianLinearization {
  const none = () => {
    throw new Error("not a product with the Hessian");
  };
  return {
    samples: 1,
    outputs: 1,
    parameters: size,
    residuals: new Float64Array(1),
    jvp: none,
    vjp: none,
    gram: none,
    hvp: apply,
  };
}

test("few parameters: exact, by p products, for indefinite, degenerate and zero Hessians of any scale", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -3, max: 4 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -100, max: 100 }),
      fc.nat(1e6),
      async (spectrum, scale, seed) => {
        const a = symmetricWith(spectrum, seed).map((row) => row.map((value) => value * 10 ** scale));
        const { apply } = explicitOperator(a);
        const measured = await measureHessian(withHessian(spectrum.length, apply), {
          kernels,
          stream: stream(seed),
          smallest: true,
        });
        const size = Math.max(...spectrum.map(Math.abs), 1e-300) * 10 ** scale;
        const near = (actual: number, expected: number) =>
          expect(Math.abs(actual - expected * 10 ** scale)).toBeLessThanOrEqual(
            1e-13 * size * spectrum.length,
          );
        near(measured.largest.value, Math.max(...spectrum));
        near(measured.smallest?.value ?? Number.NaN, Math.min(...spectrum));
        near(measured.trace, sum(spectrum));
        expect(measured.traceStandardError).toBe(0);
        expect(measured.products).toBe(spectrum.length);
        for (const pair of [measured.largest, measured.smallest]) {
          expect(pair?.converged).toBe(true);
          expect(pair?.residual).toBeLessThanOrEqual(1e-14 * size * spectrum.length);
        }
      },
    ),
    { numRuns: 100 },
  );
});

describe("many parameters", () => {
  // three sharp directions, a negative one, and a bulk
  const diagonal = Float64Array.from(
    { length: 2000 },
    (_, k) => [30, 12, 11, -4][k] ?? Math.sin(k) / (1 + k / 50),
  );
  const apply = (v: Float64Array) => v.map((value, k) => diagonal[k] * value);

  test("λ_max, λ_min with residuals, and the trace within its standard error", async () => {
    let last = 0;
    const measured = await measureHessian(withHessian(2000, apply), {
      kernels,
      stream: stream("many"),
      smallest: true,
      onProgress(products) {
        expect(products).toBe(last + 1);
        last = products;
      },
    });
    expect(Math.abs(measured.largest.value - 30)).toBeLessThan(1e-8 * 30);
    expect(Math.abs((measured.smallest?.value ?? 0) + 4)).toBeLessThan(1e-8 * 30);
    expect([measured.largest.converged, measured.smallest?.converged]).toEqual([true, true]);
    expect(measured.products).toBe(last);
    expect(measured.products).toBeLessThan(120);
  });

  test("traces of 200 streams: unbiased, covered as Student's t with 19 degrees of freedom says", async () => {
    // 60 dense coordinates, so that random signs have something to be wrong about
    const dense = explicitOperator(symmetricWith(diagonal.slice(0, 60), 2));
    const half = async (v: Float64Array) => {
      const image = v.map((value, k) => diagonal[k] * value);
      image.set(await dense.apply(v.subarray(0, 60)));
      return image;
    };
    const repetitions = 200;
    const errors: number[] = [];
    let inside = 0;
    for (let trial = 0; trial < repetitions; trial++) {
      const { trace, traceStandardError } = await measureHessian(withHessian(400, half), {
        kernels,
        stream: stream(trial),
        maxProducts: 1,
      });
      const error = trace - sum(diagonal.subarray(0, 400));
      errors.push(error);
      if (Math.abs(error) <= 2.093024 * traceStandardError) inside++;
    }
    expect(Math.abs(sum(errors))).toBeLessThan(3.5 * Math.sqrt(inner(errors, errors)));
    // a standard deviation of 1.5 %
    expect(inside / repetitions).toBeGreaterThan(0.9);
    expect(inside / repetitions).toBeLessThan(0.99);
  });

  test("equal streams give equal numbers; an aborted signal ends it; NaN is refused", async () => {
    const run = (more: object) =>
      measureHessian(withHessian(2000, apply), { kernels, stream: stream("same"), ...more });
    expect(await run({})).toEqual(await run({}));
    expect("smallest" in (await run({}))).toBe(false);
    await expect(run({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    const broken = withHessian(3, (v) => v.fill(Number.NaN));
    await expect(measureHessian(broken, { kernels, stream: stream("nan") })).rejects.toThrow(
      "finite products",
    );
  });
});
