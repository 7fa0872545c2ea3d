import { join } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import { openKernels } from "../linalg/kernels/select.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import { positiveInteger, positiveIntegers } from "./arguments.ts";
import { commandLine } from "./commandLine.ts";
import { checkMeasureOptions, type Measured, type MeasureOptions, measurePoint } from "./measurePoint.ts";
import { measureTable } from "./measureTable.ts";
import { memorySize } from "./memorySize.ts";
import { memoryLine, peakMemory } from "./memoryUse.ts";
import { startProgress } from "./progress.ts";
import { addPointOptions, type PointCommandOptions } from "./sourceOptions.ts";

type MeasureCommandOptions = PointCommandOptions & MeasureOptions;

export function setUpMeasure(command: Command, signal: AbortSignal): void {
  addPointOptions(command)
    .option("--hessian", "of a network: also λ_max and trace of the Hessian")
    .option(
      "--stability <B,B,…>",
      "also the largest learning rate at which SGD with batches of these sizes is stable",
      positiveIntegers,
    )
    .option("--replacement", "of --stability: batches are drawn with replacement")
    .option("--certificate", "also the exact extremes of μ over all residuals")
    .option(
      "--estimate <pairs>",
      "for many samples: from so many pairs of them, with intervals; memory does not grow with n²",
      positiveInteger,
    )
    .option(
      "--top <count>",
      "eigen-directions to report (default: all up to 512, else 20; none with --estimate)",
      positiveInteger,
    )
    .option(
      "--memory <size>",
      "what may be held at once, such as 500M or 2G: K as a whole where it fits, else exact sums over tiles of it",
      memorySize,
    )
    .action((options: MeasureCommandOptions) => run(options, signal));
}

async function run(options: MeasureCommandOptions, signal: AbortSignal): Promise<void> {
  checkMeasureOptions(options);
  const kernels = await openKernels({ threads: options.threads });
  try {
    await deliver(await measurePoint(options, { kernels, signal, startProgress }), options);
  } finally {
    await kernels.close();
  }
}

async function deliver(
  { name, measurement, document: measured }: Measured,
  { json, out, memory }: MeasureCommandOptions,
): Promise<void> {
  const used = memory === undefined ? undefined : { limit: memory, peak: peakMemory() };
  const document = used ? { ...measured, memory: used } : measured;
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (json !== undefined && json !== "-") await writeFileAtomically(json, text);
  if (out !== undefined) {
    const { measurePage } = await import("./measurePage.ts");
    await writeFileAtomically(join(out, "measure.json"), text);
    await writeFileAtomically(
      join(out, "index.html"),
      measurePage(name, measurement, document, commandLine()),
    );
    process.stderr.write(`report page: ${join(out, "index.html")}\n`);
  }
  const table = measureTable(name, measurement, document);
  process.stdout.write(json === "-" ? text : used ? table + memoryLine(used) : table);
}
