import type { Operator } from "../translation.ts";
import { arithmeticOperators } from "./arithmetic.ts";
import { constantOperators } from "./constants.ts";
import { functionOperators } from "./functions.ts";
import { imageOperators } from "./images.ts";
import { linearOperators } from "./linear.ts";
import { normalisationOperators } from "./normalisation.ts";
import { partOperators } from "./parts.ts";
import { shapeOperators } from "./shapes.ts";

/** By the name of the ONNX operator. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  [
    arithmeticOperators,
    constantOperators,
    functionOperators,
    imageOperators,
    linearOperators,
    normalisationOperators,
    partOperators,
    shapeOperators,
  ].flatMap((group) => Object.entries(group)),
);

/** Operators that take inputs which are missing: they may be part of a pattern. */
export const patternOperators: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Sqrt",
  "Erf",
  "ReduceMean",
  "Identity",
  "Cast",
]);
