/** One stretch of a label: on the line or lowered. */
export interface TextRun {
  readonly text: string;
  readonly isLowered: boolean;
}

/**
 * A single letter or a closing norm bar, an underscore, then a short word or a braced group: λ_max, ‖G‖_F,
 * Σ_{i>k}.
 */
const SUBSCRIPT =
  /((?<![\p{Lu}\p{Ll}_])\p{L}|‖)_(?:\{([^{}\s]{1,12})\}|([\p{Lu}\p{Ll}\p{Nd}]{1,5})(?![\p{Lu}\p{Ll}\p{Nd}_]))/gu;

/**
 * Finds the subscripts of plain-text mathematics, so that "λ_max(H)" can be set as it is meant. Names like
 * `second_moment` stay.
 */
export function textRuns(text: string): readonly TextRun[] {
  const runs: TextRun[] = [];
  let end = 0;
  for (const match of text.matchAll(SUBSCRIPT)) {
    const [whole, base = "", braced, word] = match;
    runs.push({ text: text.slice(end, match.index) + base, isLowered: false });
    runs.push({ text: braced ?? word ?? "", isLowered: true });
    end = match.index + whole.length;
  }
  runs.push({ text: text.slice(end), isLowered: false });
  return runs.filter((run) => run.text !== "");
}
