import type { GraphProto } from "onnx-buf";
import { shownName } from "../../data/shownNames.ts";
import { InputError } from "../../inputError.ts";

const controlCharacters = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Throws an InputError where a name of the graph is not one line of text, as only damaged files have them: messages show names. */
export function checkNames({ node, initializer, input, output }: GraphProto, file: string): void {
  const nodeNames = node.flatMap((each) => [
    each.name,
    each.opType,
    each.domain,
    ...each.input,
    ...each.output,
    ...each.attribute.map((attribute) => attribute.name),
  ]);
  const tensorNames = [initializer, input, output].flatMap((list) => list.map(({ name }) => name));
  const bad = [...nodeNames, ...tensorNames].find((name) => controlCharacters.test(name));
  if (bad !== undefined) {
    throw new InputError(
      `${file}: expected names of one line, got '${shownName(bad)}'; the file is damaged, export the model again`,
    );
  }
}
