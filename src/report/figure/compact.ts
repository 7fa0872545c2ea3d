/** Drawings of Observable Plot in fewer bytes and the same to the eye: a page of many holds twice its figures. */

/** Numbers in the attributes of a drawing to hundredths of a pixel; its texts stay. */
export function toHundredths(markup: string): string {
  const rounded = (number: string) => String(Math.round(Number(number) * 100) / 100);
  return markup.replace(/<[^>]*>/g, (tag) => tag.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, rounded));
}

/** Puts the lines of each group, and the ticks of each axis, into one path a group: they look alike and never overlap otherwise. */
export function joinLines(drawing: Element): void {
  for (const group of drawing.querySelectorAll("g")) {
    const parts = [...group.children];
    const steps = parts.map((part) => lineStep(part) ?? tickStep(part));
    if (parts.length < 2 || steps.includes(undefined)) continue;
    const path = parts[0].ownerDocument.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", steps.join(""));
    group.replaceChildren(path);
  }
}

/** A <line> that has its place and nothing else. */
function lineStep(part: Element): string | undefined {
  if (part.localName !== "line" || part.attributes.length !== 4) return undefined;
  const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => part.getAttribute(name));
  return `M${x1},${y1}L${x2},${y2}`;
}

/** A <path> from the origin to a point, moved to its place. */
function tickStep(part: Element): string | undefined {
  const end = /^M0,0L(-?[\d.]+),(-?[\d.]+)$/.exec(part.getAttribute("d") ?? "");
  const place = /^translate\((-?[\d.]+),(-?[\d.]+)\)$/.exec(part.getAttribute("transform") ?? "");
  if (part.localName !== "path" || part.attributes.length !== 2 || !end || !place) return undefined;
  return `M${place[1]},${place[2]}l${end[1]},${end[2]}`;
}
