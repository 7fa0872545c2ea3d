import { type Html, html } from "./html.ts";

/** Characters up to which what was seen stands open; longer ones are for those who want all numbers. */
const SHORT = 620;

/**
 * What was seen, a paragraph a line, folded where it would push the figures out of sight. `set` sets a text, `setFolded` one
 * that many will not open.
 */
export function readingShown(
  reading: string,
  set: (text: string) => Html,
  setFolded: (text: string) => Html = set,
): Html {
  const isLong = reading.length > SHORT;
  const paragraphs = reading
    .split("\n")
    .map((line) => html`<p class="reading">${(isLong ? setFolded : set)(line)}</p>\n`);
  if (!isLong) return html`${paragraphs}`;
  return html`<details class="seen">\n<summary>What was seen, in numbers</summary>\n${paragraphs}</details>`;
}
