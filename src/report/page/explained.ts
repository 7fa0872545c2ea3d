import { typeset } from "../typography.ts";
import { type Html, html, prose } from "./html.ts";
import { SYMBOLS } from "./symbols.ts";
import { isWord, TERMS, type Term } from "./terms.ts";
import { typesetDefinition } from "./typesetDefinition.ts";

const ENTRIES: readonly Term[] = [...TERMS, ...SYMBOLS];
const PATTERN = new RegExp(ENTRIES.map(source).join("|"), "gu");

/** What finds a term in a text: its name, with its sign behind it or not, or the sign alone; each a group of its own. */
function source({ name, sign }: Term, index: number): string {
  // no letter, digit or index beside a sign; before it a number may stand, as a factor
  const alone = (group: string) => `(?<${group}${index}>(?<![\\p{L}_])(?:${sign})(?![\\p{L}\\p{N}_]))`;
  if (!isWord(name)) return alone("sign");
  const [first, ...rest] = name;
  const spelled = `[${first.toUpperCase()}${first}]${rest.join("").replace("–", "[–-]")}s?`;
  const word = `(?<name${index}>(?<!\\p{L})${spelled}(?!\\p{L}))`;
  return sign === undefined ? word : `${word}(?: ${alone("after")})?|${alone("sign")}`;
}

/**
 * Text with its subscripts, and with an explanation on the first use of each name and of each sign of a term that `seen` lacks,
 * which it adds to.
 */
export function explained(plain: string, seen: Set<string>): Html {
  // before it is cut at its terms: a short formula is known by both of its sides
  const text = typeset(plain);
  const pieces: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const index = ENTRIES.findIndex((_, at) => part(match, "name", at) ?? part(match, "sign", at));
    const { id } = ENTRIES[index];
    const uses = [
      ...(part(match, "name", index) ? [id] : []),
      ...(part(match, "sign", index) || part(match, "after", index) ? [`${id} sign`] : []),
    ];
    if (uses.every((use) => seen.has(use))) continue;
    for (const use of uses) seen.add(use);
    pieces.push(prose(text.slice(end, match.index)), reference(ENTRIES[index], match[0]));
    end = match.index + match[0].length;
  }
  return html`${[...pieces, prose(text.slice(end))]}`;
}

function part(match: RegExpExecArray, kind: "name" | "sign" | "after", index: number): string | undefined {
  return match.groups?.[kind + index];
}

/** The definition pops up on hover, focus and touch; the link leads to it where none of them exists. */
function reference(entry: Term, word: string): Html {
  const target = `term-${entry.id}`;
  const link = html`<a href="#${target}" aria-describedby="${target}">${prose(word)}</a>`;
  return html`<span class="term">${link}<span class="definition" aria-hidden="true">${typesetDefinition(entry)}</span></span>`;
}
