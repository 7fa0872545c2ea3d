/**
 * Networks against PyTorch on this machine: Gram matrices, training steps, convolutions, products with the Hessian, with
 * equally many threads on both sides and in rounds that alternate; and `noisegeo measure` of a network as a whole
 * process. Results have to agree before times count.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKernels, openVectorMath } from "noise-geometry/linalg";
import { convolutionRows } from "./networks/convolutions.mjs";
import { gramRows } from "./networks/gram.mjs";
import { measureRows } from "./networks/measure.mjs";
import { productRows } from "./networks/products.mjs";
import { stepRows } from "./networks/steps.mjs";
import { startPeer } from "./python.mjs";

const groups = {
  gram: gramRows,
  measure: measureRows,
  steps: stepRows,
  convolutions: convolutionRows,
  products: productRows,
};

export async function runGroup(name, threads = 1) {
  const peer = await startPeer("networks", threads, "functorch");
  const kernels = await openKernels({ threads });
  const math = await openVectorMath();
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  try {
    const rows = await groups[name]({ kernels, math, peer, folder, threads });
    const ours = `${kernels.name}: ${kernels.description}; ${math.description}`;
    return {
      title: `Networks: ${name}, float32, ${threads} thread(s) (${ours}) against ${peer?.name ?? "nothing"}`,
      rows,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    peer?.end();
    await kernels.close();
  }
}
