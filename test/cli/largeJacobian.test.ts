import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createNpy, encodeNpy } from "../../src/data/index.ts";
import { createStream } from "../../src/random/index.ts";
import { writeFileAtomically } from "../../src/runs/atomicFile.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());

const gibibyte = 2 ** 30;
const [samples, parameters] = [2000, 200_000];

/** Peak resident memory in bytes, from Linux; undefined elsewhere and once the process is gone. */
function peakMemory(pid: number): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

test.runIf(process.platform === "linux")(
  "J of 2000 × 200,000 float32 is measured from disk in less than 1 GiB (Linux says how much)",
  async () => {
    const stream = createStream(1);
    const noise = Float32Array.from(stream.gaussians(new Float64Array(parameters + 977 * samples)));
    const file = await createNpy(join(folder.path, "J.npy"), "float32", [parameters]);
    // rows are overlapping windows of one noise sequence, far enough apart to be as good as independent for K
    for (let i = 0; i < samples; i++) await file.append(noise.subarray(977 * i, 977 * i + parameters));
    await file.close();
    const residuals = stream.gaussians(new Float64Array(samples));
    await writeFileAtomically(join(folder.path, "r.npy"), encodeNpy(residuals, [samples]));

    let peak = 0;
    let watch: NodeJS.Timeout | undefined;
    const { code, stdout, stderr } = await noisegeo(
      ["measure", "--jacobian", "J.npy", "--residuals", "r.npy", "--json", "-"],
      {
        cwd: folder.path,
        whileRunning({ pid }) {
          watch = setInterval(() => {
            peak = Math.max(peak, peakMemory(pid) ?? 0);
          }, 50);
        },
      },
    );
    clearInterval(watch);
    expect(code, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ samples, parameters });
    // few samples, n ≪ d_eff: μ₁ → 1
    expect(document.lossAlignment.secondMoment).toBeCloseTo(1, 1);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(gibibyte);
  },
);
