import { type FloatArray, type Matrix, rowMajor } from "../../../linalg/matrix.ts";
import { type ColumnRange, widthOf } from "./columnTiles.ts";
import { bytesOf, type GramContext, type GramPart } from "./part.ts";
import { rowProducts } from "./rowProducts.ts";
import { type GradientWriter, gradientWriter } from "./sampleGradients.ts";

/** Columns of a matrix below which adding its products to K takes longer, in reading and writing K, than the products themselves. */
const fewColumns = 128;

/** Per-sample gradients of some columns of J, n·C × their number, and K gains rows·rowsᵀ. */
export function rowsPart(tile: readonly ColumnRange[], context: GramContext): GramPart {
  const { samples, outputs, math, precision } = context;
  const size = samples * outputs;
  const width = tile.reduce((sum, range) => sum + widthOf(range), 0);
  const nodes = [...new Set(tile.flatMap(({ plan }) => plan.uses.map(({ node }) => node)))];
  /** A matrix for each range: rows of one parameter, for all outputs of a sample, then are one array. */
  let rows: FloatArray[];
  let writer: GradientWriter;

  return {
    bytes: size * width * bytesOf(precision),
    nodes,
    begin() {
      rows = tile.map((range) => math.allocate(precision, size * widthOf(range)));
      writer = gradientWriter(context);
    },
    take(use, place) {
      for (const [k, range] of tile.entries()) {
        for (const { node, share } of range.plan.uses) {
          if (node === use.node) writer.add(rows[k], range, use, share, place);
        }
      }
    },
    finish(gram, space, split) {
      const products = rowProducts(gram, space, split, context);
      writer.release();
      const narrow: Matrix<FloatArray>[] = [];
      for (const [k, range] of tile.entries()) {
        const own = rowMajor(size, widthOf(range), rows[k]);
        if (own.columns < fewColumns) narrow.push(own);
        else products.add(own);
      }
      if (narrow.length === 1) products.add(narrow[0]);
      if (narrow.length > 1) {
        const joined = sideBySide(narrow, context);
        products.add(joined);
        math.release(joined.data);
      }
      products.finish();
      for (const array of rows) math.release(array);
    },
  };
}

/** The columns of all in one matrix, to be released; each is row-major without gaps. */
function sideBySide(
  matrices: readonly Matrix<FloatArray>[],
  { math, precision }: GramContext,
): Matrix<FloatArray> {
  const { rows } = matrices[0];
  const width = matrices.reduce((sum, { columns }) => sum + columns, 0);
  const data = math.allocate(precision, rows * width);
  let first = 0;
  for (const { data: own, columns } of matrices) {
    for (let row = 0, at = 0; row < rows; row++) {
      const target = row * width + first;
      for (let k = 0; k < columns; k++, at++) data[target + k] = own[at];
    }
    first += columns;
  }
  return rowMajor(rows, width, data);
}
