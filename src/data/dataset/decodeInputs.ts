import type { FloatArray } from "../../linalg/matrix.ts";
import { hostIsLittleEndian } from "../floatElements.ts";
import type { StoredNumbers } from "../rowSource.ts";
import { featureGroups } from "./featureGroups.ts";
import type { Standardisation } from "./standardise.ts";
import type { StoredSamples } from "./stored.ts";

/** target ← the inputs that whole rows of stored numbers stand for; bytes begin at a multiple of four in their buffer. */
export type DecodeInputs = (values: StoredNumbers, target: FloatArray) => void;

/** Over the divisor and standardised where asked for, computed in float64 and rounded once, to this precision. */
export function inputDecoder(
  { rows, inputShape, divisor }: Pick<StoredSamples, "rows" | "inputShape" | "divisor">,
  precision: "float32" | "float64",
  standardisation: Standardisation | undefined,
): DecodeInputs {
  if (divisor === 1 && !standardisation) return (values, target) => target.set(values);
  const { by, mean, deviation } = standardisation ?? identity;
  const groups = featureGroups(inputShape, by);
  const input = (value: number, group: number) => (value / divisor - mean[group]) / deviation[group];
  if (rows.type === "uint8") return byTable(groups.count, rows.width, precision, input);
  const { of } = groups;
  return (values, target) => {
    for (let k = 0, feature = 0; k < values.length; k++) {
      target[k] = input(values[k], of[feature]);
      if (++feature === of.length) feature = 0;
    }
  };
}

const identity = { by: "global", mean: Float64Array.of(0), deviation: Float64Array.of(1) } as const;

/** Bytes are looked up: each group of features has 256 possible inputs. Groups are runs of features of one length. */
function byTable(
  groups: number,
  width: number,
  precision: "float32" | "float64",
  input: (value: number, group: number) => number,
): DecodeInputs {
  const table = precision === "float32" ? new Float32Array(groups * 256) : new Float64Array(groups * 256);
  for (let k = 0; k < table.length; k++) table[k] = input(k % 256, k >> 8);
  const run = width / groups;
  return run % 4 === 0 && hostIsLittleEndian ? byWords(table, run) : byBytes(table, run);
}

function byBytes(table: FloatArray, run: number): DecodeInputs {
  return (values, target) => {
    for (let k = 0, entry = 0; k < values.length; entry = entry + 256 === table.length ? 0 : entry + 256) {
      for (const end = k + run; k < end; k++) target[k] = table[entry + values[k]];
    }
  };
}

/** Four bytes a load: half the time, about that of copying floats. */
function byWords(table: FloatArray, run: number): DecodeInputs {
  return ({ buffer, byteOffset, length }, target) => {
    const words = new Uint32Array(buffer, byteOffset, length / 4);
    for (let w = 0, entry = 0; w < words.length; entry = entry + 256 === table.length ? 0 : entry + 256) {
      for (const end = w + run / 4; w < end; w++) {
        const word = words[w];
        target[4 * w] = table[entry + (word & 255)];
        target[4 * w + 1] = table[entry + ((word >>> 8) & 255)];
        target[4 * w + 2] = table[entry + ((word >>> 16) & 255)];
        target[4 * w + 3] = table[entry + (word >>> 24)];
      }
    }
  };
}
