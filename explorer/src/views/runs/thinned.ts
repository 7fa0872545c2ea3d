/**
 * At most so many of the points, in their order: of every few, those with the least low and the greatest high, so that no extreme is
 * lost from sight. The first and the last point always stay.
 */
export function thinned<P>(
  points: readonly P[],
  most: number,
  extent: (point: P) => readonly [low: number, high: number],
): readonly P[] {
  if (points.length <= most) return points;
  const inner = points.length - 2;
  const buckets = Math.max(1, Math.floor((most - 2) / 2));
  const kept = [points[0]];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = 1 + Math.floor((bucket * inner) / buckets);
    const end = 1 + Math.floor(((bucket + 1) * inner) / buckets);
    let [lowest, highest] = [start, start];
    for (let at = start + 1; at < end; at++) {
      if (extent(points[at])[0] < extent(points[lowest])[0]) lowest = at;
      if (extent(points[at])[1] > extent(points[highest])[1]) highest = at;
    }
    for (const at of new Set([Math.min(lowest, highest), Math.max(lowest, highest)])) kept.push(points[at]);
  }
  kept.push(points[points.length - 1]);
  return kept;
}
