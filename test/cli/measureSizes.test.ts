import { expect, test } from "vitest";
import { measureFacts } from "../../src/cli/measureFacts.ts";
import { measure } from "../../src/geometry/index.ts";
import { openKernels } from "../../src/linalg/index.ts";
import { measureDocument } from "../../src/report/measurement/document.ts";
import { measureReading } from "../../src/report/measurement/reading.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";

test("residuals of 1e200: μ stands, sizes beyond float64 are said to be, with their reason in the document", async () => {
  const kernels = await openKernels();
  const point = jacobianLinearization({
    outputs: 1,
    jacobian: [[1], [2], [3], [5]],
    residuals: Float64Array.of(1e200, -2e200, 1e200, 3e200),
  });
  const measurement = await measure(point, { kernels });
  await kernels.close();
  const facts = new Map(measureFacts(measurement).map(({ label, value }) => [label, value]));
  for (const label of ["loss L", "noise Tr Σ (batch size 1)", "gradient ‖∇L‖²"]) {
    expect(facts.get(label), label).toBe("beyond float64");
  }
  expect(Number(facts.get("loss alignment μ"))).toBeGreaterThan(0);
  expect(measureReading(measurement)).toMatch(/^μ = [\d.]+: .* form 2L·G\.$/);
  const document = measureDocument(measurement, 1, 1);
  expect(document.loss).toBeNull();
  expect(document.undefined).toMatchObject({ loss: "the value is beyond the range of float64" });
});
