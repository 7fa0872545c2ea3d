import { LineCounter, parseDocument } from "yaml";
import { InputError } from "../inputError.ts";

/** A YAML document as plain values. Throws an InputError that names file, line and column where it is none. */
export function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new InputError(`${file}:${line}:${col}: expected YAML: ${problem.message.split("\n")[0]}`);
  }
  return document.toJS({ maxAliasCount: 100 });
}
