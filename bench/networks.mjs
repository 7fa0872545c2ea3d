/**
 * Networks against PyTorch on this machine: Gram matrices, training steps, convolutions, products with the Hessian, with
 * equally many threads on both sides and in rounds that alternate; then `noisegeo measure` of a network as a whole
 * process. Results have to agree before times count. Needs a build. By itself it prints a table: `node
 * bench/networks.mjs [part of the name of a group …]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openKernels, openVectorMath } from "noise-geometry/linalg";
import { convolutionRows } from "./networks/convolutions.mjs";
import { gramRows } from "./networks/gram.mjs";
import { measureRows } from "./networks/measure.mjs";
import { productRows } from "./networks/products.mjs";
import { stepRows } from "./networks/steps.mjs";
import { findPython, startPeer } from "./python.mjs";
import { printTable } from "./table.mjs";

const groups = {
  gram: gramRows,
  measure: measureRows,
  steps: stepRows,
  convolutions: convolutionRows,
  products: productRows,
};

export async function run(wanted = Object.keys(groups), threads = 1) {
  const python = findPython("functorch");
  const peer = python && (await startPeer(python, "networks", threads));
  const kernels = await openKernels({ threads });
  const math = await openVectorMath();
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  const rows = [];
  try {
    for (const name of wanted)
      rows.push(...(await groups[name]({ kernels, math, peer, python, folder, threads })));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    peer?.end();
    await kernels.close();
  }
  const ours = `${kernels.name}: ${kernels.description}; ${math.description}`;
  return {
    title: `Networks, float32, ${threads} thread(s) (${ours}) against ${peer?.name ?? "nothing"}`,
    rows,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  printTable(await run(wanted.length > 0 ? wanted : undefined));
}
