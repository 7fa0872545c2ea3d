/**
 * A text as an id or a part of one, in HTML and SVG: letters, digits, "-" and "_" stay, all else becomes
 * "-".
 */
export function identifier(text: string): string {
  return text.replace(/[^\p{L}\p{N}_-]/gu, "-");
}
