import { createStream } from "../../random/index.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Json } from "../jobs/job.ts";
import type { Design, Distribution } from "./config.ts";
import type { FieldPath } from "./fields.ts";

/** Values of the fields that a sweep varies, for one job. */
export type Point = Readonly<Record<FieldPath, Json>>;

/**
 * The points of a design, in the order of the file, the last field changing fastest. List, random and grid together are
 * every combination of theirs. Drawn values depend on the seed, the index of the point and the name of the field alone: more points, or
 * another field, leave the others as they were.
 */
export function designPoints({ list, random, grid }: Design): Point[] {
  let points: Point[] = list ? [...list] : [{}];
  if (random) {
    const stream = createStream(random.seed).split("design");
    const drawn = Array.from({ length: random.count }, (_, index) =>
      Object.fromEntries(
        Object.entries(random.fields).map(([field, distribution]) => [
          field,
          draw(distribution, stream.split(index, field)),
        ]),
      ),
    );
    points = points.flatMap((point) => drawn.map((more) => ({ ...point, ...more })));
  }
  for (const [field, values] of Object.entries(grid ?? {})) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [field]: value })));
  }
  return points;
}

function draw(distribution: Distribution, stream: RandomStream): Json {
  if ("values" in distribution) return distribution.values[stream.integer(distribution.values.length)];
  const { from, to, scale } = distribution;
  if (scale === "integer") return from + stream.integer(to - from + 1);
  if (scale === "log") return from * (to / from) ** stream.uniform();
  return from + (to - from) * stream.uniform();
}
