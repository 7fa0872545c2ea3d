import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStream, encodeNpy } from "noise-geometry";

/** Random J and r in files of a new folder; `use` gets their paths, then the folder is removed. */
export function withJacobian({ n, outputs = 1, p }, use) {
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  try {
    const stream = createStream(1).split(n, outputs, p);
    const [J, r] = [join(folder, "J.npy"), join(folder, "r.npy")];
    const shape = outputs === 1 ? [n] : [n, outputs];
    const jacobian = Float32Array.from(stream.gaussians(new Float64Array(n * outputs * p)));
    writeFileSync(J, encodeNpy(jacobian, [...shape, p]));
    writeFileSync(r, encodeNpy(stream.gaussians(new Float64Array(n * outputs)), shape));
    return use(J, r);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
