import { type CST, LineCounter, Parser, parseDocument, visit } from "yaml";
import { InputError } from "../inputError.ts";

/** A YAML document as plain values. Throws an InputError that names file, line and column where it is none. */
export function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const wrong = (offset: number, problem: string) => {
    const { line, col } = lines.linePos(offset);
    return new InputError(`${file}:${line}:${col}: expected YAML: ${problem.split("\n")[0]}`);
  };
  // before anything works its way down: the stack would end first, and with it the process
  const deep = tooDeep(new Parser(lines.addNewLine).parse(text));
  if (deep !== undefined) throw wrong(deep, `nesting of more than ${deepest} levels`);

  // a warning of the library's would stand beside the one line of an error
  const document = parseDocument(text, { logLevel: "error", prettyErrors: false });
  const [problem] = document.errors;
  if (problem) throw wrong(problem.pos[0], problem.message);
  visit(document, {
    Alias(_, alias, above) {
      const offset = alias.range?.[0] ?? 0;
      const meant = alias.resolve(document);
      if (!meant)
        throw wrong(offset, `an anchor &${alias.source} before the alias *${alias.source}, got none`);
      if (above.includes(meant))
        throw wrong(offset, `a value that does not hold itself, got *${alias.source}`);
    },
  });
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw wrong(0, (error as Error).message);
  }
}

/** Of sections and lists: far beyond any configuration. */
const deepest = 100;

/** Where a document goes too deep. */
function tooDeep(tokens: Iterable<CST.Token>): number | undefined {
  const waiting = [...tokens].map((token) => ({ token, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > deepest) return token.offset;
    const inside = "items" in token ? token.items.flatMap(({ key, value }) => [key, value]) : [];
    if (token.type === "document") inside.push(token.value);
    for (const each of inside) if (each) waiting.push({ token: each, depth: depth + 1 });
  }
  return undefined;
}
