/** Operators that make numbers out of nothing, or pass them on. */
import { TensorProto_DataType } from "onnx-buf";
import { InputError } from "../../../inputError.ts";
import { inputNode } from "../../network/graph.ts";
import { sizeOf } from "../../network/shape.ts";
import { numberType } from "../readTensor.ts";
import { integerTensor, type NumberType, requireModest, type Tensor } from "../tensor.ts";
import {
  constantInput,
  constantIntegers,
  type OnnxNode,
  type Operator,
  requiredInput,
  type Translation,
} from "../translation.ts";
import { constant, type OnnxValue, Unsupported } from "../value.ts";

export const constantOperators: Readonly<Record<string, Operator>> = {
  Constant({ attributes }) {
    const tensor = attributes.tensor("value") ?? listed(attributes);
    if (!tensor) throw new Unsupported("Constant of another type than numbers");
    return constant(tensor);
  },

  ConstantOfShape(node) {
    const shape = constantIntegers(node, 0) ?? [];
    requireModest(shape.some((length) => length < 0) ? -1 : sizeOf(shape));
    const { type, data } = node.attributes.tensor("value") ?? { type: "float", data: Float64Array.of(0) };
    return constant({ type, shape, data: new Float64Array(sizeOf(shape)).fill(data[0]) });
  },

  Range(node) {
    const [start, limit, step] = [0, 1, 2].map((index) => constantInput(node, index)?.data[0] ?? Number.NaN);
    const count = Math.max(Math.ceil((limit - start) / step), 0);
    requireModest(count);
    const numbers = integerTensor(
      [count],
      Array.from({ length: count }, (_, k) => start + k * step),
    );
    return constant({ ...numbers, type: constantInput(node, 0)!.type });
  },

  /** The upper triangles of matrices, or the lower ones: masks of attention. */
  Trilu(node) {
    const tensor = constantInput(node, 0);
    const shift = constantInput(node, 1)?.data[0] ?? 0;
    const upper = (node.attributes.integer("upper") ?? 1) === 1;
    if (!tensor || tensor.shape.length < 2) throw new Unsupported("Trilu of what is no matrix");
    const [rows, columns] = tensor.shape.slice(-2);
    const kept = (place: number) => {
      const beyond = (place % columns) - (Math.floor(place / columns) % rows) - shift;
      return upper ? beyond >= 0 : beyond <= 0;
    };
    return constant({ ...tensor, data: tensor.data.map((value, place) => (kept(place) ? value : 0)) });
  },

  /** PyTorch writes parameters that happen to be equal so: each is still one of its own. A shared one has one name. */
  Identity(node) {
    const value = requiredInput(node, 0);
    return value.kind === "weight" ? { ...value, name: node.outputs[0] } : value;
  },
  Dropout: dropout,
  Cast: cast,
};

function listed(attributes: OnnxNode["attributes"]): Tensor | undefined {
  const integers = attributes.integers("value_ints");
  if (integers) return integerTensor([integers.length], integers);
  const integer = attributes.integer("value_int");
  if (integer !== undefined) return integerTensor([], [integer]);
  const numbers = attributes.numbers("value_floats");
  if (numbers) return { type: "float", shape: [numbers.length], data: Float64Array.from(numbers) };
  const number = attributes.number("value_float");
  return number === undefined ? undefined : { type: "float", shape: [], data: Float64Array.of(number) };
}

/** Nothing, once training is over. */
function dropout(node: OnnxNode, { file }: Translation): OnnxValue {
  node.attributes.number("ratio");
  node.attributes.integer("seed");
  if (constantInput(node, 2)?.data[0] === 1) throw trainingMode(node, file);
  return requiredInput(node, 0);
}

export function trainingMode({ type, name }: OnnxNode, file: string): InputError {
  return new InputError(
    `${file}: node '${name}' (${type}) was exported in training mode, where a sample's output depends on chance or on the other samples; call model.eval() before torch.onnx.export (training=TrainingMode.EVAL, or PRESERVE to keep batch norm apart)`,
  );
}

/** Between float types nothing: the network computes in one precision. */
function cast(node: OnnxNode): OnnxValue {
  const value = requiredInput(node, 0);
  const to = node.attributes.integer("to") ?? 0;
  const type = numberType(to);
  if (!type) throw new Unsupported(`Cast to ${TensorProto_DataType[to] ?? to}`);
  if (value.kind === "constant") return constant(castTensor(value.tensor, type));
  const indices = value.kind === "activation" && value.value.node === inputNode;
  if (type !== "float" && !indices) throw new Unsupported("Cast of what the network computes to integers");
  return value;
}

function castTensor({ shape, data, type }: Tensor, to: NumberType): Tensor {
  if (to === "float" || to === type) return { type: to, shape, data };
  return { type: to, shape, data: data.map(to === "integer" ? Math.trunc : (x) => (x === 0 ? 0 : 1)) };
}
