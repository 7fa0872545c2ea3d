import { textRuns } from "../subscripts.ts";

/** SVG text by hand, for what Observable Plot does not draw: titles, labels, legend. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Markup and the height in pixels it takes, its top left corner at the origin. */
export interface Block {
  readonly svg: string;
  readonly height: number;
}

/** Markup-safe text; characters that XML has no place for become U+FFFD. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text
    .replace(/[&<>"]/g, (character) => entities[character])
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd");
}

/** One element; attributes that are undefined are left out, numbers rounded to hundredths of a pixel. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) => ` ${key}="${escapeXml(String(typeof value === "number" ? rounded(value) : value))}"`,
    )
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A group moved by (x, y) pixels. */
export function moved(svg: string, x: number, y: number, attributes: Attributes = {}): string {
  return element("g", { transform: `translate(${rounded(x)},${rounded(y)})`, ...attributes }, svg);
}

export interface TextStyle {
  /** Pixels. */
  readonly size: number;
  /** Pixels from one baseline to the next. */
  readonly leading: number;
  readonly weight?: "bold";
  readonly anchor: "start" | "middle";
}

/** Lines of text below each other around x, subscripts lowered. */
export function textBlock(
  lines: readonly string[],
  x: number,
  { size, leading, weight, anchor }: TextStyle,
  attributes: Attributes,
): Block {
  const style = { "font-size": size, "font-weight": weight, "text-anchor": anchor, ...attributes };
  const svg = lines.map((line, index) => {
    const y = (leading + size * 0.7) / 2 + index * leading;
    return element("text", { x, y, ...style }, richText(line, size));
  });
  return { svg: svg.join(""), height: lines.length * leading };
}

/** Text content with its subscripts set smaller and lower. */
export function richText(text: string, size: number): string {
  const drop = rounded(size * 0.22);
  let lowered = 0;
  return textRuns(text)
    .map((run) => {
      const shift = (run.isLowered ? drop : 0) - lowered;
      lowered += shift;
      if (!run.isLowered && shift === 0) return escapeXml(run.text);
      return element(
        "tspan",
        { dy: shift, "font-size": run.isLowered ? size * 0.75 : undefined },
        escapeXml(run.text),
      );
    })
    .join("");
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
