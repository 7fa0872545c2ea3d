import type { Settings } from "./fields.ts";

/** Looks at a run: at a network each takes Gram matrices, and SGD's threshold. */
const looks: Readonly<Record<Settings["model"], number>> = { diagonal: 125, fnn: 64, cnn: 64 };

/** Steps between two looks. */
export function strideOf(model: Settings["model"], steps: number): number {
  return Math.ceil(steps / looks[model]);
}
