import type { FloatArray } from "../../linalg/matrix.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";

/** `VectorMath` that remembers what it allocated, so that whoever hands it out can give all of it back. */
export function owningMath(math: VectorMath): { readonly math: VectorMath; releaseAll(): void } {
  const owned = new Set<FloatArray>();
  return {
    math: {
      ...math,
      allocate(precision, length) {
        const array = math.allocate(precision, length);
        owned.add(array);
        return array;
      },
      release(array) {
        owned.delete(array);
        math.release(array);
      },
    },
    releaseAll() {
      for (const array of owned) math.release(array);
      owned.clear();
    },
  };
}
