import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { BindContext, Operation, Rule } from "../operation.ts";
import { describeShape, type Shape, sizeOf } from "../shape.ts";

/**
 * y = the rows of a table (vocabulary×d), the parameter, that the input names by their indices, as PyTorch's Embedding:
 * S → S×d for any shape S. Indices carry no derivative. `apply` throws an InputError where the table has not two axes,
 * `forward` where an index is not an integer between 0 and vocabulary − 1.
 */
export function embedding(): Operation {
  return {
    name: "embedding",
    arity: { inputs: 1, parameters: 1 },
    outputShape([input], [table]) {
      if (table.length !== 2) {
        throw new InputError(
          `embedding: expected a table of vocabulary×features, got ${describeShape(table)}`,
        );
      }
      return [...input, table[1]];
    },
    bind: ([input], [[vocabulary, width]], context) => embeddingRule(input, vocabulary, width, context),
  };
}

function embeddingRule(input: Shape, vocabulary: number, width: number, { capacity }: BindContext): Rule {
  const tokens = sizeOf(input);
  const rowOf = new Int32Array(capacity * tokens);
  const sums = occurrenceSums(rowOf, vocabulary, width);
  const lookUp = (table: FloatArray, out: FloatArray) => {
    for (let token = 0; token * width < out.length; token++) {
      const from = rowOf[token] * width;
      for (let j = 0; j < width; j++) out[token * width + j] = table[from + j];
    }
  };
  return {
    forward({ inputs: [indices], parameters: [table], output }) {
      for (let token = 0; token < indices.length; token++) {
        const index = indices[token];
        if (!(Number.isInteger(index) && index >= 0 && index < vocabulary)) {
          throw new InputError(
            `embedding: expected indices between 0 and ${vocabulary - 1} (a vocabulary of ${vocabulary}), got ${index}; check the data's encoding`,
          );
        }
        rowOf[token] = index;
      }
      lookUp(table, output);
    },
    jvp(_, { parameters }, out) {
      if (parameters) lookUp(parameters[0], out);
      else out.fill(0);
    },
    vjp: (_, _cotangent, [target]) => target?.fill(0),
    parameterVjp: (_, cotangent, scale, [gradient]) => sums(scale, cotangent, gradient),
    shares: [
      {
        kind: "explicit",
        sampleGradients({ count }, cotangent, target) {
          target.fill(0);
          for (let token = 0; token < count * tokens; token++) {
            const to = (Math.floor(token / tokens) * vocabulary + rowOf[token]) * width;
            for (let j = 0; j < width; j++) target[to + j] += cotangent[token * width + j];
          }
        },
      },
    ],
  };
}

/**
 * gradient ← gradient + scale·(sum over the tokens of each row). A frequent token has many terms: all tokens of one row
 * are added up in float64 before the next row's, through lists of them.
 */
function occurrenceSums(rowOf: Int32Array, vocabulary: number, width: number) {
  const last = new Int32Array(vocabulary);
  const before = new Int32Array(rowOf.length);
  const sum = new Float64Array(width);
  return (scale: number, cotangent: FloatArray, gradient: FloatArray) => {
    const tokens = cotangent.length / width;
    last.fill(-1);
    for (let token = 0; token < tokens; token++) {
      before[token] = last[rowOf[token]];
      last[rowOf[token]] = token;
    }
    for (let row = 0; row < vocabulary; row++) {
      if (last[row] < 0) continue;
      sum.fill(0);
      for (let token = last[row]; token >= 0; token = before[token]) {
        for (let j = 0; j < width; j++) sum[j] += cotangent[token * width + j];
      }
      for (let j = 0; j < width; j++) gradient[row * width + j] += scale * sum[j];
    }
  };
}
