import { InputError } from "../../../../src/inputError.ts";

/**
 * A schedule drawn by hand: the learning rate in as many equal stretches of the run as it has characters, each one of 64 levels
 * evenly spaced on a log scale. One character a stretch, in the alphabet of base64url, keeps it short in an address.
 */
export const stretches = 48;
export const levels = 64;
/** Ends of the scale, over 2/λ₁ at the start. */
export const range = { low: 0.01, high: 2 };

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Levels of the stretches, 0 … 63. */
export type Drawing = readonly number[];

/** Three waves, lower from one to the next. */
export const initialDrawing = writeDrawing(
  Array.from({ length: stretches }, (_, k) => {
    const wave = Math.floor(k / 16);
    return Math.round(8 + (28 - 6 * wave) * Math.sin((Math.PI * ((k % 16) + 0.5)) / 16));
  }),
);

export function writeDrawing(drawing: Drawing): string {
  return drawing.map((level) => alphabet[level]).join("");
}

/** Throws an InputError on anything but as many characters of the alphabet as there are stretches. */
export function checkDrawing(text: string): void {
  if (text.length !== stretches || [...text].some((character) => !alphabet.includes(character))) {
    const got = text.length > 60 ? `${text.slice(0, 59)}…` : text || "nothing";
    throw new InputError(
      `Drawn schedule: expected ${stretches} characters of A–Z, a–z, 0–9, - and _, one a stretch, got ${got}`,
    );
  }
}

/** Of a text that `checkDrawing` lets pass. */
export function readDrawing(text: string): Drawing {
  return [...text].map((character) => alphabet.indexOf(character));
}

/** Learning rate of a level, over 2/λ₁ at the start. */
export function rateOf(level: number): number {
  return range.low * (range.high / range.low) ** (level / (levels - 1));
}

/** The level that is nearest to a learning rate. */
export function levelOf(rate: number): number {
  const share = Math.log(rate / range.low) / Math.log(range.high / range.low);
  return Math.min(levels - 1, Math.max(0, Math.round(share * (levels - 1))));
}

/** The stretch that a step lies in. */
export function stretchAt(step: number, steps: number): number {
  return Math.min(stretches - 1, Math.floor((step * stretches) / steps));
}

/** The drawing that comes nearest to a schedule, by its learning rate in the middle of each stretch. */
export function drawingOf(rates: Float64Array): Drawing {
  return Array.from({ length: stretches }, (_, k) =>
    levelOf(rates[Math.floor(((k + 0.5) * rates.length) / stretches)]),
  );
}

/** With a straight line drawn from one stretch and level to another, both ends included. */
export function withLine(
  drawing: Drawing,
  from: readonly [number, number],
  to: readonly [number, number],
): Drawing {
  const drawn = [...drawing];
  const length = Math.abs(to[0] - from[0]);
  for (let k = 0; k <= length; k++) {
    const t = length === 0 ? 1 : k / length;
    drawn[from[0] + Math.sign(to[0] - from[0]) * k] = Math.round(from[1] + t * (to[1] - from[1]));
  }
  return drawn;
}
