import { type Matrix, trace } from "../../linalg/matrix.ts";
import type { SampleRange } from "../../sampleRange.ts";
import { squaredNorm } from "../perSample.ts";
import { normalise, type Scaled, times } from "./scaled.ts";

/**
 * What the whole geometry needs of one tile of K, the rows of some samples and the columns of others: a few sums and at most two
 * vectors, so that tiles can be taken anywhere and sent. Every sum has a scale of its own, as nobody has seen the other tiles.
 */
export interface Tile {
  readonly rows: SampleRange;
  readonly columns: SampleRange;
  /** Σ_ij ‖K_ij‖_F², i of the rows, j of the columns. */
  readonly frobeniusSquared: Scaled;
  /** Σ_ij r_iᵀK_ij r_j = Σ_ij g_iᵀg_j */
  readonly gradientProducts: Scaled;
  /** How the gradients of the row samples move the outputs of the column samples: K_ji r_i. */
  readonly onColumns: GradientImages;
  /** Likewise of the column samples; left out on the diagonal, where it is the same. */
  readonly onRows?: GradientImages;
  /** On the diagonal. */
  readonly own?: {
    /** Σ_i 2ℓ_i */
    readonly doubledLosses: Scaled;
    /** Σ_i Tr K_ii */
    readonly trace: Scaled;
    /** Σ_i ‖g_i‖² */
    readonly gradientSquares: Scaled;
  };
}

/** h_i = J_b g_i of samples i, seen at the outputs of the samples b: summed over i. */
export interface GradientImages {
  /** Σ_i h_i over 2^exponent, C numbers for each of b. */
  readonly sum: readonly number[];
  readonly exponent: number;
  /** Σ_i ‖h_i‖² */
  readonly squares: Scaled;
  /** Σ_i ‖h_i − h̄‖², h̄ the mean over these i: centred before it is squared, as tiles combine without cancelling. */
  readonly deviations: Scaled;
}

export interface TileInput {
  readonly rows: SampleRange;
  readonly columns: SampleRange;
  /** K of these rows and columns, row-major without gaps; overwritten. */
  readonly gram: Matrix<Float64Array>;
  /** r of the row and of the column samples. */
  readonly rowResiduals: Float64Array;
  readonly columnResiduals: Float64Array;
  /** ℓ_i of the row samples, where they are not ½‖r_i‖². */
  readonly rowLosses?: Float64Array | undefined;
}

/** Rows and columns have to be of the same samples or of different ones. Throws a RangeError on numbers that are not finite. */
export function tileOf({ rows, columns, gram, ...input }: TileInput): Tile {
  const gramExponent = normalise(gram.data, "Gram matrix");
  const rowResiduals = input.rowResiduals.slice();
  const columnResiduals = input.columnResiduals.slice();
  const rowExponent = normalise(rowResiduals, "residuals");
  const columnExponent = normalise(columnResiduals, "residuals");
  const diagonal = rows.start === columns.start;

  const moved = imagesOnColumns(gram, rowResiduals, rows.count);
  const gradients = gramExponent + rowExponent + columnExponent;
  const products = { value: pairedWith(moved, columnResiduals), exponent: gradients };
  const onColumns = gradientImages(moved, rows.count, gramExponent + rowExponent);
  return {
    rows,
    columns,
    frobeniusSquared: { value: squaredNorm(gram.data), exponent: 2 * gramExponent },
    gradientProducts: products,
    onColumns,
    ...(diagonal
      ? {
          own: {
            doubledLosses: doubledLosses(rowResiduals, rowExponent, input.rowLosses),
            trace: { value: trace(gram), exponent: gramExponent },
            gradientSquares: {
              value: gradientSquares(gram, rowResiduals, rows.count),
              exponent: gradients,
            },
          },
        }
      : {
          onRows: gradientImages(
            imagesOnRows(gram, columnResiduals, columns.count),
            columns.count,
            gramExponent + columnExponent,
          ),
        }),
  };
}

/** K_ji r_i for every row sample i: one row each, the outputs of the column samples long. */
function imagesOnColumns(
  { data, rows, columns }: Matrix<Float64Array>,
  residuals: Float64Array,
  count: number,
) {
  const images = new Float64Array(count * columns);
  const outputs = rows / count;
  for (let a = 0; a < rows; a++) {
    const [from, to, weight] = [a * columns, Math.floor(a / outputs) * columns, residuals[a]];
    for (let b = 0; b < columns; b++) images[to + b] += weight * data[from + b];
  }
  return images;
}

/** K_ij r_j for every column sample j: one row each, the outputs of the row samples long. */
function imagesOnRows({ data, rows, columns }: Matrix<Float64Array>, residuals: Float64Array, count: number) {
  const images = new Float64Array(count * rows);
  const outputs = columns / count;
  for (let a = 0; a < rows; a++) {
    for (let j = 0, b = 0; j < count; j++) {
      let sum = 0;
      for (const end = b + outputs; b < end; b++) sum += data[a * columns + b] * residuals[b];
      images[j * rows + a] = sum;
    }
  }
  return images;
}

/** Of `count` images, one after another, in units of 2^unit; they are scaled further, because K·r may be far smaller than K and r. */
function gradientImages(images: Float64Array, count: number, unit: number): GradientImages {
  const exponent = unit + normalise(images, "gradient images");
  const width = images.length / count;
  const sum = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < width; b++) sum[b] += images[i * width + b];
  }
  let deviations = 0;
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < width; b++) deviations += (images[i * width + b] - sum[b] / count) ** 2;
  }
  return {
    sum: Array.from(sum),
    exponent,
    squares: { value: squaredNorm(images), exponent: 2 * exponent },
    deviations: { value: deviations, exponent: 2 * exponent },
  };
}

/** Σ_i h_iᵀr */
function pairedWith(images: Float64Array, residuals: Float64Array): number {
  let sum = 0;
  for (let k = 0, b = 0; k < images.length; k++, b = b + 1 === residuals.length ? 0 : b + 1) {
    sum += images[k] * residuals[b];
  }
  return sum;
}

function doubledLosses(residuals: Float64Array, exponent: number, losses: Float64Array | undefined): Scaled {
  if (!losses) return { value: squaredNorm(residuals), exponent: 2 * exponent };
  return times(2, { value: losses.reduce((sum, loss) => sum + loss, 0), exponent: 0 });
}

/** Σ_i r_iᵀK_ii r_i */
function gradientSquares(
  { data, rows, columns }: Matrix<Float64Array>,
  residuals: Float64Array,
  count: number,
) {
  const outputs = rows / count;
  let sum = 0;
  for (let a = 0; a < rows; a++) {
    const first = a - (a % outputs);
    let image = 0;
    for (let b = first; b < first + outputs; b++) image += data[a * columns + b] * residuals[b];
    sum += image * residuals[a];
  }
  return sum;
}
