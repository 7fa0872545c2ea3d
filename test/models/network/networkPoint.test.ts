import { expect, test } from "vitest";
import { buildArchitecture } from "../../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../../src/models/network/architectures/schema.ts";
import { pointOn } from "../../../src/models/network/networkPoint.ts";

const inputs = {} as Parameters<typeof pointOn>[0]["inputs"];
const samples = { name: "d.npz", count: 2, inputs, inputShape: [3], available: 2 };
const network = (outputs: number) => ({
  name: "m.onnx",
  graph: buildArchitecture(readArchitecture({ name: "fnn", hidden: [] }), [3], outputs),
  theta: new Float64Array(4 * outputs),
});

test("integers fit one output as numbers, and several as classes", () => {
  const data = {
    ...samples,
    labels: { indices: Int32Array.of(0, 2), classes: 3 },
    targets: { values: Float64Array.of(0, 2), outputs: 1 },
  };
  expect(Array.from(pointOn(data, network(1), "mse").targets)).toEqual([0, 2]);
  expect(Array.from(pointOn(data, network(3), "mse").targets)).toEqual([1, 0, 0, 0, 0, 1]);
  expect(() => pointOn(data, network(2), "mse")).toThrow(
    "d.npz: expected targets for 2 outputs as m.onnx has them, got 3 classes (the largest label is 2)",
  );
});

test("numbers that are neither classes nor probabilities are refused by cross-entropy, with both ways out", () => {
  const data = { ...samples, targets: { values: Float64Array.of(0, 2), outputs: 1 } };
  expect(() => pointOn(data, network(1), "cross-entropy")).toThrow(
    /save classes as integers \(n\) from 0 on, .*, or use the loss mse$/,
  );
  expect(() => pointOn(data, network(2), "mse")).toThrow(
    /targets for 2 outputs as m\.onnx has them, got 1; if these are classes, save them as integers/,
  );
});

test.each([
  [[0, 1], 1, "got values, not an integer array of shape (n), of d.npz"],
  [[0, -1], 1, "got values with the class -1 of d.npz"],
  [[0.5, 1], 1, "got values of d.npz"],
  [[0.5, 0.5, 0.4, 0.5], 2, "got values with a row that is none (sample 1) of d.npz"],
])("cross-entropy says what stands in the place of classes: %j", (values, outputs, message) => {
  const data = { ...samples, targets: { values: Float64Array.from(values), outputs } };
  expect(() => pointOn(data, network(2), "cross-entropy")).toThrow(message);
});

test("classes counted from 1 are said to be", () => {
  const indices = Int32Array.of(1, 2);
  const data = { ...samples, labels: { indices, classes: 3 } };
  expect(() => pointOn(data, network(2), "cross-entropy")).toThrow(
    /got 3 classes \(the largest label is 2\); number the classes from 0$/,
  );
});
