import type { Linearization } from "./linearization.ts";

/** The same linearization, which forms its Gram matrix once however often it is asked for it. */
export function withOneGram<T extends Linearization>(linearization: T): T {
  let gram: ReturnType<Linearization["gram"]> | undefined;
  return {
    ...linearization,
    gram() {
      gram ??= linearization.gram();
      return gram;
    },
  };
}
