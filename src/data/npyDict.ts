/** The dict literal in the header of an npy file, read without evaluating anything. */

/** A Python literal as numpy writes it in headers; tuples and lists both become arrays. */
export type PythonLiteral = string | number | boolean | null | readonly PythonLiteral[];

/**
 * The entries of `{'key': literal, …}`, where a literal is a string, an integer, True, False, None, a tuple or a list.
 * Throws a SyntaxError that says what stands where on anything else, on nesting deeper than 16 and on repeated keys.
 */
export function parsePythonDict(text: string): ReadonlyMap<string, PythonLiteral> {
  let position = 0;

  const fail = (expected: string): never => {
    const found = position < text.length ? JSON.stringify(text.slice(position, position + 12)) : "the end";
    throw new SyntaxError(`expected ${expected} at character ${position}, got ${found}`);
  };
  /** The match of a sticky pattern here, after white space; undefined where there is none. */
  const take = (pattern: RegExp): string | undefined => {
    whiteSpace.lastIndex = position;
    position += whiteSpace.exec(text)![0].length;
    pattern.lastIndex = position;
    const match = pattern.exec(text)?.[0];
    position += match?.length ?? 0;
    return match;
  };
  const string = (): string | undefined => {
    const quoted = take(stringLiteral);
    return quoted?.slice(1, -1).replace(escapedCharacter, "$1");
  };
  const literal = (depth: number): PythonLiteral => {
    const quoted = string();
    if (quoted !== undefined) return quoted;
    const integer = take(integerLiteral);
    if (integer !== undefined) return Number.parseInt(integer, 10);
    const constant = take(constantLiteral);
    if (constant !== undefined) return constants[constant as keyof typeof constants];
    const opening = take(openingBracket);
    if (opening === undefined || depth === 16)
      return fail("a string, an integer, True, False, None or a tuple");
    return sequence(opening === "(" ? closingParenthesis : closingBracket, depth + 1);
  };
  const sequence = (closing: RegExp, depth: number): readonly PythonLiteral[] => {
    const items: PythonLiteral[] = [];
    while (take(closing) === undefined) {
      items.push(literal(depth));
      if (take(comma) !== undefined) continue;
      // "(3)" is a number in Python, not a tuple.
      if (closing === closingParenthesis && items.length === 1) return fail("a comma");
      if (take(closing) === undefined) return fail("a comma or the end of the tuple");
      break;
    }
    return items;
  };

  const entries = new Map<string, PythonLiteral>();
  if (take(openingBrace) === undefined) return fail("{");
  while (take(closingBrace) === undefined) {
    const key = string() ?? fail("a quoted key");
    if (entries.has(key)) return fail(`no second '${key}' before this`);
    if (take(colon) === undefined) return fail("a colon");
    entries.set(key, literal(0));
    if (take(comma) !== undefined) continue;
    if (take(closingBrace) === undefined) return fail("a comma or }");
    break;
  }
  take(whiteSpace);
  return position === text.length ? entries : fail("nothing more");
}

const whiteSpace = /[ \t\r\n]*/y;
const stringLiteral = /'(?:[^'\\\n]|\\['"\\])*'|"(?:[^"\\\n]|\\['"\\])*"/y;
const escapedCharacter = /\\(.)/g;
/** Python 2 wrote long integers as 3L. */
const integerLiteral = /[+-]?\d+L?(?![\w.])/y;
const constantLiteral = /(?:True|False|None)(?!\w)/y;
const constants = { True: true, False: false, None: null } as const;
const openingBracket = /[([]/y;
const closingParenthesis = /\)/y;
const closingBracket = /\]/y;
const openingBrace = /\{/y;
const closingBrace = /\}/y;
const colon = /:/y;
const comma = /,/y;
