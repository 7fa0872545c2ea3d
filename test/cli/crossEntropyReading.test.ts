import { afterAll, beforeAll, expect, test } from "vitest";
import { measureFacts } from "../../src/cli/measureFacts.ts";
import { measurePage } from "../../src/cli/measurePage.ts";
import { defined, type Measurement, measure } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { whitenedLinearization } from "../../src/models/crossEntropy.ts";
import { measureDocument } from "../../src/report/measurement/document.ts";
import { measureReading } from "../../src/report/measurement/reading.ts";
import { logitLinearization } from "../reference/logitProblems.ts";

let kernels: Kernels;
let measurement: Measurement;
beforeAll(async () => {
  kernels = await openKernels();
  const logits = logitLinearization({
    outputs: 2,
    jacobian: [
      [1, 0],
      [0, 1],
      [2, 1],
      [1, 1],
      [-1, 2],
      [0, 3],
    ],
    logits: Float64Array.of(1, 0, 0, 2, 0.5, 0),
    targets: [],
  });
  const linearization = whitenedLinearization(logits, Int32Array.of(0, 0, 1));
  measurement = await measure(linearization, { kernels, certificate: true });
});
afterAll(() => kernels.close());

test("the document says which loss, and why there is no certificate", () => {
  const document = measureDocument(measurement, 2, 1);
  expect(document.lossKind).toBe("cross-entropy");
  expect(document.certificate).toEqual({ lossAlignment: { min: null, max: null } });
  expect(document.undefined["certificate.lossAlignment.min"]).toContain("square loss");
});

test("facts and reading hold Tr(ΣG)/‖G‖_F² against 1, and name the normaliser as the square loss's", () => {
  const facts = new Map(measureFacts(measurement).map((fact) => [fact.label, fact]));
  const twiceLoss = 2 * measurement.summary.loss;
  const plain = twiceLoss * defined(measurement.lossAlignment).covariance;
  expect(Number(facts.get("Tr(ΣG)/‖G‖_F²")?.value) / plain).toBeCloseTo(1, 3);
  expect(facts.get("Tr(ΣG)/‖G‖_F²")?.note).toContain("Σ = G");
  expect(Number(facts.get("normaliser 2L of the alignments")?.value) / twiceLoss).toBeCloseTo(1, 3);
  expect(facts.get("normaliser 2L of the alignments")?.note).toContain("Σ ≈ 2L·G is a square-loss statement");
  expect([...facts.keys()].join("; ")).not.toMatch(/C·μ|2L\/C/);

  const reading = measureReading(measurement);
  expect(reading).toContain("the normaliser of the square loss");
  expect(reading).not.toContain("decoupled form");
});

test("the page draws Σ = G where the alignments would then lie", () => {
  const page = measurePage("net.onnx", measurement, measureDocument(measurement, 2, 1), "noisegeo measure");
  expect(page).toContain("Σ = G");
  expect(page).not.toContain("Σ = (2L/C)·G");
});
