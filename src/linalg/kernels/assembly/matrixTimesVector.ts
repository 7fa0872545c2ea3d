// @ts-ignore: decorator
@inline
function term<T>(sum: v128, a: usize, x: usize): v128 {
  return v128.add<T>(sum, v128.mul<T>(v128.load(a), v128.load(x)));
}

function lanesSum<T>(sums: v128): T {
  const low = v128.extract_lane<T>(sums, 0) + v128.extract_lane<T>(sums, 1);
  if (sizeof<T>() == 8) return low;
  return low + (v128.extract_lane<T>(sums, 2) + v128.extract_lane<T>(sums, 3));
}

/** y_i ← y_i + Σ_j a_ij x_j for A by rows without gaps; each sum in four vectors of partial sums. */
export function rowsTimesVector<T>(rows: usize, columns: usize, a: usize, x: usize, y: usize): void {
  const unrolledBytes = (columns * sizeof<T>()) & ~63;
  const rowBytes = columns * sizeof<T>();
  for (let i: usize = 0; i < rows; i++) {
    let s0 = v128.splat<T>(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at: usize = 0; at < unrolledBytes; at += 64) {
      s0 = term<T>(s0, a + at, x + at);
      s1 = term<T>(s1, a + at + 16, x + at + 16);
      s2 = term<T>(s2, a + at + 32, x + at + 32);
      s3 = term<T>(s3, a + at + 48, x + at + 48);
    }
    s0 = v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3));
    let sum = lanesSum<T>(s0);
    for (let at = unrolledBytes; at < rowBytes; at += sizeof<T>()) sum += load<T>(a + at) * load<T>(x + at);
    store<T>(y, load<T>(y) + sum);
    a += rowBytes;
    y += sizeof<T>();
  }
}

/** The same for A by columns without gaps: four columns at a time are added to y. */
export function columnsTimesVector<T>(rows: usize, columns: usize, a: usize, x: usize, y: usize): void {
  const columnBytes = rows * sizeof<T>();
  const vectorBytes = columnBytes & ~15;
  const end = x + columns * sizeof<T>();
  const groupedEnd = x + (columns & ~3) * sizeof<T>();
  for (; x < groupedEnd; x += 4 * sizeof<T>()) {
    const x0 = v128.load_splat<T>(x);
    const x1 = v128.load_splat<T>(x, sizeof<T>());
    const x2 = v128.load_splat<T>(x, 2 * sizeof<T>());
    const x3 = v128.load_splat<T>(x, 3 * sizeof<T>());
    const a1 = a + columnBytes;
    const a2 = a1 + columnBytes;
    const a3 = a2 + columnBytes;
    for (let at: usize = 0; at < vectorBytes; at += 16) {
      let sum = v128.mul<T>(v128.load(a + at), x0);
      sum = v128.add<T>(sum, v128.mul<T>(v128.load(a1 + at), x1));
      sum = v128.add<T>(sum, v128.mul<T>(v128.load(a2 + at), x2));
      sum = v128.add<T>(sum, v128.mul<T>(v128.load(a3 + at), x3));
      v128.store(y + at, v128.add<T>(v128.load(y + at), sum));
    }
    for (let at = vectorBytes; at < columnBytes; at += sizeof<T>()) {
      let sum = load<T>(a + at) * load<T>(x);
      sum += load<T>(a1 + at) * load<T>(x, sizeof<T>());
      sum += load<T>(a2 + at) * load<T>(x, 2 * sizeof<T>());
      sum += load<T>(a3 + at) * load<T>(x, 3 * sizeof<T>());
      store<T>(y + at, load<T>(y + at) + sum);
    }
    a = a3 + columnBytes;
  }
  for (; x < end; x += sizeof<T>()) {
    for (let at: usize = 0; at < columnBytes; at += sizeof<T>()) {
      store<T>(y + at, load<T>(y + at) + load<T>(a + at) * load<T>(x));
    }
    a += columnBytes;
  }
}
