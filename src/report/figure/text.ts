/**
 * Widths of text where no browser is at hand. Estimates for DejaVu Sans, the widest of the fonts a figure
 * may meet: a label that fits by them fits everywhere.
 */

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/\p{Mark}/u, 0],
  [/[ijlI.,:;|!'’ ]/u, 0.33],
  [/[()[\]{}/\\frt\-"·‖⁰¹²³⁴-⁹⁻₀-₉ₖₙᵢⱼ]/u, 0.43],
  [/[mwMW@%…—→]/u, 0.98],
  [/[=+<>≤≥≈×−±≲≳∞√∇]/u, 0.84],
  [/\p{Uppercase}/u, 0.76],
];
const OTHER = 0.64;
const BOLD = 1.12;

/** Estimated width in pixels of one line at the given size in pixels. */
export function textWidth(text: string, size: number, weight: "normal" | "bold" = "normal"): number {
  let width = 0;
  for (const character of text) {
    width += CLASSES.find(([pattern]) => pattern.test(character))?.[1] ?? OTHER;
  }
  return width * size * (weight === "bold" ? BOLD : 1);
}

/**
 * Breaks a text into lines no wider than `width`, an equation such as "B = 4" only where it is wider by itself; a single word that
 * is wider is cut with an ellipsis.
 */
export function wrapText(
  text: string,
  width: number,
  size: number,
  weight: "normal" | "bold" = "normal",
): string[] {
  const lines: string[] = [];
  const words = text
    .split(/(?<![=\s])\s+(?![=\s])/)
    .flatMap((part) => (textWidth(part, size, weight) <= width ? [part] : part.split(/\s+/)))
    .filter((part) => part !== "");
  for (const word of words) {
    const longer = lines.length === 0 ? word : `${lines[lines.length - 1]} ${word}`;
    if (lines.length > 0 && textWidth(longer, size, weight) <= width) lines[lines.length - 1] = longer;
    else lines.push(truncate(word, width, size, weight));
  }
  return lines;
}

function truncate(word: string, width: number, size: number, weight: "normal" | "bold"): string {
  if (textWidth(word, size, weight) <= width) return word;
  const characters = [...word];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size, weight) > width)
    characters.pop();
  return `${characters.join("")}…`;
}
