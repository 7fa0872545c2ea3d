import { element, richText } from "./svg.ts";
import { textWidth } from "./text.ts";

/**
 * Names the reference lines where they are, as long as a label hides nothing: what finds no room is in the
 * legend all the same.
 */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PlacedRule {
  readonly label: string;
  readonly axis: "x" | "y";
  /** Pixels along the axis it is a value of. */
  readonly at: number;
}

const SIZE = 10.5;
const HEIGHT = 13;
const CLEARANCE = 4;

/**
 * Labels as SVG text, each in the first free place beside its line.
 * @param frame the plot area, in the same pixels as everything else here
 * @param obstacles points on whatever is drawn
 */
export function ruleLabels(
  rules: readonly PlacedRule[],
  frame: Box,
  obstacles: readonly (readonly [x: number, y: number])[],
  colours: { readonly ink: string; readonly paper: string },
): string {
  const taken: Box[] = [];
  return rules
    .map((rule) => {
      const width = textWidth(rule.label, SIZE);
      const others = rules.filter((other) => other !== rule);
      if (others.some((other) => isBeside(other, rule))) return "";
      const box = candidates(rule, width, frame).find(
        (candidate) =>
          contains(frame, candidate) &&
          !taken.some((other) => overlap(other, candidate)) &&
          !others.some((other) => crosses(other, candidate)) &&
          !obstacles.some(([x, y]) => overlap({ left: x, right: x, top: y, bottom: y }, candidate)),
      );
      if (box === undefined) return "";
      taken.push(box);
      const halo = {
        stroke: colours.paper,
        "stroke-width": 3,
        "stroke-linejoin": "round",
        "paint-order": "stroke",
      };
      const place = { x: box.left, y: box.bottom - 3 };
      const style = { fill: colours.ink, "font-size": SIZE, "text-anchor": "start", ...halo };
      return element("text", { ...place, ...style }, richText(rule.label, SIZE));
    })
    .join("");
}

function candidates({ axis, at }: PlacedRule, width: number, frame: Box): Box[] {
  const boxAt = (left: number, top: number) => ({ left, top, right: left + width, bottom: top + HEIGHT });
  if (axis === "y") {
    const lefts = [frame.right - width - 4, frame.left + 4, (frame.left + frame.right - width) / 2];
    return lefts.flatMap((left) => [boxAt(left, at - HEIGHT - 2), boxAt(left, at + 2)]);
  }
  const tops = [frame.top + 3, frame.bottom - HEIGHT - 3, (frame.top + frame.bottom - HEIGHT) / 2];
  return tops.flatMap((top) => [boxAt(at + 5, top), boxAt(at - 5 - width, top)]);
}

/** A label between two lines this close would not say which one it names. */
function isBeside(first: PlacedRule, second: PlacedRule): boolean {
  return first.axis === second.axis && Math.abs(first.at - second.at) < HEIGHT;
}

function crosses(rule: PlacedRule, box: Box): boolean {
  return rule.axis === "x"
    ? rule.at > box.left - CLEARANCE && rule.at < box.right + CLEARANCE
    : rule.at > box.top && rule.at < box.bottom;
}

function contains(frame: Box, box: Box): boolean {
  return (
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom
  );
}

function overlap(first: Box, second: Box): boolean {
  return (
    first.left < second.right + CLEARANCE &&
    first.right > second.left - CLEARANCE &&
    first.top < second.bottom + CLEARANCE &&
    first.bottom > second.top - CLEARANCE
  );
}
