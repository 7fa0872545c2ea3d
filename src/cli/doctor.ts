import os from "node:os";
import process from "node:process";
import type { Command } from "commander";
import { openKernels } from "../linalg/kernels/select.ts";
import { measureSpeed } from "../linalg/kernels/speed.ts";
import { version } from "../version.ts";
import { addKernelOptions, type KernelOptions } from "./kernelOptions.ts";

export function setUpDoctor(command: Command): void {
  addKernelOptions(command).action(async (options: KernelOptions) => {
    const kernels = await openKernels({ threads: options.threads });
    const speed = measureSpeed(kernels);
    const lines: [string, string][] = [
      ["noise-geometry", version],
      ["node", `${process.version} on ${process.platform} ${process.arch}`],
      ["processor", `${os.cpus()[0]?.model.trim() ?? "unknown"}, ${os.availableParallelism()} available`],
      ["kernels", `${kernels.name}: ${kernels.description}`],
      ["threads", String(kernels.threads)],
      [
        "matrix product",
        `${speed.gemm32.toFixed(1)} GFLOP/s float32, ${speed.gemm64.toFixed(1)} GFLOP/s float64`,
      ],
      ["eigenproblem n = 500", `${(speed.eigen500Seconds * 1000).toFixed(0)} ms`],
    ];
    for (const [name, value] of lines) process.stdout.write(`${name.padEnd(22)}${value}\n`);
    if (kernels.name !== "native") process.stdout.write(advice);
    await kernels.close();
  });
}

const advice = `
No BLAS in use: an installed one is several times faster. Debian or Ubuntu: apt-get install libopenblas0;
Fedora: dnf install openblas; macOS: Accelerate is found by itself. A library elsewhere: NOISEGEO_BLAS=/path/to/it.
`;
