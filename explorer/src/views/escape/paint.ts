/**
 * Thousands of markers a frame, written into the picture's pixels one by one: a path of a canvas would take longer than a frame
 * has. SGD's markers are filled discs, GD's hollow squares, so that they are told apart without colours.
 */

/** Pixels of a marker, relative to its middle; `paper` ones are laid around it so that markers which touch stay apart. */
interface Stamp {
  readonly ink: readonly (readonly [dx: number, dy: number])[];
  readonly paper: readonly (readonly [dx: number, dy: number])[];
}

export interface Marks {
  readonly stamp: Stamp;
  /** Colours as #rrggbb. */
  readonly ink: string;
  readonly paper: string;
  /** Positions before and after (`positionsOf`), between which `share` says where they are. */
  readonly from: Float32Array;
  readonly to: Float32Array;
}

/** A disc or a hollow square of so many pixels from its middle. */
export function stampOf(kind: "disc" | "square", radius: number): Stamp {
  const reach = Math.ceil(radius) + 1;
  const ink: (readonly [number, number])[] = [];
  const paper: (readonly [number, number])[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const distance = kind === "disc" ? Math.hypot(dx, dy) : Math.max(Math.abs(dx), Math.abs(dy));
      const line = Math.max(1, Math.round(radius / 3));
      if (distance <= radius && (kind === "disc" || distance > radius - line)) ink.push([dx, dy]);
      else if (distance <= radius || (kind === "disc" && distance <= radius + 1)) paper.push([dx, dy]);
    }
  }
  return { ink, paper };
}

/** Paints all marks over an empty picture, later ones above; what lies outside is left out. */
export function paint(
  context: CanvasRenderingContext2D,
  image: ImageData,
  all: readonly Marks[],
  share: number,
): void {
  const { width, height } = image;
  const pixels = new Uint32Array(image.data.buffer);
  pixels.fill(0);
  for (const { stamp, ink, paper, from, to } of all) {
    const reach = 1 + Math.max(...stamp.ink.map(([dx]) => dx), ...stamp.paper.map(([dx]) => dx));
    const offsets = (part: Stamp["ink"]) => Int32Array.from(part, ([dx, dy]) => dy * width + dx);
    const [inkOffsets, paperOffsets] = [offsets(stamp.ink), offsets(stamp.paper)];
    const [inkColour, paperColour] = [pixelOf(ink), pixelOf(paper)];
    const count = Math.min(from.length, to.length);
    for (let k = 0; k < count; k += 2) {
      const x = Math.round((from[k] + share * (to[k] - from[k])) * width);
      const y = Math.round((1 - from[k + 1] - share * (to[k + 1] - from[k + 1])) * height);
      // false for what is no number, too
      if (!(x >= reach && x < width - reach && y >= reach && y < height - reach)) continue;
      const middle = y * width + x;
      for (let i = 0; i < paperOffsets.length; i++) pixels[middle + paperOffsets[i]] = paperColour;
      for (let i = 0; i < inkOffsets.length; i++) pixels[middle + inkOffsets[i]] = inkColour;
    }
  }
  context.putImageData(image, 0, 0);
}

/** #rrggbb as the bytes r, g, b, 255 in memory, whatever the machine's order. */
function pixelOf(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return new Uint32Array(new Uint8Array([r, g, b, 255]).buffer)[0];
}
