import { InputError } from "../../inputError.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { openKernels } from "../../linalg/kernels/select.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Kernels for a run: with the threads asked for, one by default, or those of the earlier part of the run. Throws an
 * InputError where they would round otherwise than in that part.
 */
export async function openRunKernels(
  threads: number | undefined,
  earlier: Manifest | undefined,
  note: (line: string) => void,
): Promise<Kernels> {
  const recorded = earlier?.kernels;
  if (recorded && threads !== undefined && threads !== recorded.threads) {
    throw new InputError(
      `--threads: expected ${recorded.threads} as in the run to resume, which another number would round otherwise, got ${threads}; leave it out`,
    );
  }
  const kernels = await openKernels({ threads: recorded?.threads ?? threads ?? 1 });
  if (recorded && kernels.name !== recorded.name) {
    await kernels.close();
    throw new InputError(
      `kernels: expected ${recorded.name} as in the run to resume, got ${kernels.name}, which round otherwise; set NOISEGEO_KERNELS=${recorded.name} (noisegeo doctor says what is there)`,
    );
  }
  if (recorded && kernels.description !== recorded.description) {
    note(`kernels were ${recorded.description} and are ${kernels.description}: the last digits may differ`);
  }
  return kernels;
}
