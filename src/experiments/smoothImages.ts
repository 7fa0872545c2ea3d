import type { RandomStream } from "../random/stream.ts";

/** Frequencies along each axis, and how fast their amplitudes fall. */
const frequencies = 5;

/** n pictures of side², row by row, each a Gaussian field of low frequencies about the picture of its class, 0, 1, … in turn. */
export function smoothImages(
  samples: number,
  side: number,
  classes: number,
  stream: RandomStream,
): { readonly inputs: Float64Array; readonly labels: Int32Array } {
  const inputs = new Float64Array(samples * side * side);
  const labels = Int32Array.from({ length: samples }, (_, i) => i % classes);
  const commons = Array.from({ length: classes }, (_, k) => field(side, stream.split("class", k)));
  for (let i = 0; i < samples; i++) {
    const own = field(side, stream.split("image", i));
    const common = commons[labels[i]];
    for (let k = 0; k < own.length; k++) inputs[i * own.length + k] = (own[k] + common[k]) / 2;
  }
  return { inputs, labels };
}

/** Σ ξ_ab/(1 + a + b)·cos(πa(x + ½)/side)·cos(πb(y + ½)/side) with ξ ~ N(0, 1). */
function field(side: number, stream: RandomStream): Float64Array {
  const result = new Float64Array(side * side);
  const wave = (a: number, x: number) => Math.cos((Math.PI * a * (x + 0.5)) / side);
  for (let a = 0; a < frequencies; a++) {
    for (let b = 0; b < frequencies; b++) {
      const amplitude = stream.gaussian() / (1 + a + b);
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) result[y * side + x] += amplitude * wave(a, y) * wave(b, x);
      }
    }
  }
  return result;
}
