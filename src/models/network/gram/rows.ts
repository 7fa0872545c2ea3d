import { type FloatArray, rowMajor } from "../../../linalg/matrix.ts";
import { type ColumnRange, widthOf } from "./columnTiles.ts";
import { bytesOf, type GramContext, type GramPart } from "./part.ts";
import { rowProducts } from "./rowProducts.ts";
import { type GradientWriter, gradientWriter } from "./sampleGradients.ts";

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
      for (const [k, range] of tile.entries()) products.add(rowMajor(size, widthOf(range), rows[k]));
      products.finish();
      for (const array of rows) math.release(array);
      writer.release();
    },
  };
}
