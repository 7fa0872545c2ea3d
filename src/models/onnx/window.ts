import { InputError } from "../../inputError.ts";
import type { Value } from "../network/graph.ts";
import type { Sliding } from "../network/operations/sliding.ts";
import { activation, type OnnxNode, type Translation } from "./translation.ts";
import { type Activation, Unsupported } from "./value.ts";

/** A batch of one image, or of one line as an image of one row, as the channels×height×width that the engine's operations take. */
export interface Image {
  readonly value: Value;
  readonly line: boolean;
  /** An image of the same kind as ONNX has it. */
  restore(image: Value): Activation;
}

export function imageOf(node: OnnxNode, input: Activation, { builder }: Translation): Image {
  const { shape } = input.value;
  const line = shape.length === 3;
  if (!(line || shape.length === 4) || shape[0] !== 1) {
    throw new Unsupported(`${node.type} of ${shape.length - 2} dimensions`);
  }
  const [, channels, height, width] = line ? [1, shape[1], 1, shape[2]] : shape;
  return {
    value: builder.reshape(input.value, [channels, height, width]),
    line,
    restore(image) {
      const [filters, ...size] = image.shape;
      return activation(builder.reshape(image, [1, filters, ...(line ? size.slice(1) : size)]));
    },
  };
}

/** How the node's window slides over an image. The kernel is that of the attributes unless given. */
export function slidingOf(node: OnnxNode, { value, line }: Image, given?: readonly number[]): Sliding {
  const { attributes, type } = node;
  const dimensions = line ? 1 : 2;
  const list = (name: string, length: number, missing: readonly number[] | undefined) => {
    const numbers = attributes.integers(name) ?? missing;
    if (numbers?.length !== length) {
      throw new Unsupported(`${type} with ${numbers?.length ?? "no"} numbers for '${name}'`);
    }
    if (numbers.some((number) => Math.abs(number) > 2 ** 16)) {
      throw new InputError(`expected numbers up to 2^16 for '${name}', got [${numbers.join(", ")}]`);
    }
    return numbers;
  };
  const ones = Array.from({ length: dimensions }, () => 1);
  const pair = ([a, b]: readonly number[]): [number, number] => (line ? [1, a] : [a, b]);
  const kernel = pair(list("kernel_shape", dimensions, given));
  const stride = pair(list("strides", dimensions, ones));
  const dilation = pair(list("dilations", dimensions, ones));
  const pads = list(
    "pads",
    2 * dimensions,
    [...ones, ...ones].map(() => 0),
  );
  const automatic = attributes.text("auto_pad") ?? "NOTSET";
  const explicit: Sliding["padding"] = line ? [0, pads[0], 0, pads[1]] : [pads[0], pads[1], pads[2], pads[3]];
  const sliding = { kernel, stride, dilation, padding: explicit };
  switch (automatic) {
    case "NOTSET":
      return sliding;
    case "VALID":
      return { ...sliding, padding: [0, 0, 0, 0] };
    case "SAME_UPPER":
    case "SAME_LOWER": {
      const [top, left, bottom, right] = samePadding(value, sliding);
      return {
        ...sliding,
        padding: automatic === "SAME_UPPER" ? [top, left, bottom, right] : [bottom, right, top, left],
      };
    }
    default:
      throw new Unsupported(`${type} with auto_pad '${automatic}'`);
  }
}

/** What makes the output as large as the input divided by the stride; the odd zero goes below and to the right. */
function samePadding({ shape }: Value, { kernel, stride, dilation }: Sliding): Sliding["padding"] {
  const totals = [0, 1].map((axis) => {
    const length = shape[1 + axis];
    const outputs = Math.ceil(length / stride[axis]);
    return Math.max((outputs - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1 - length, 0);
  });
  const [above, left] = totals.map((total) => Math.floor(total / 2));
  return [above, left, totals[0] - above, totals[1] - left];
}
