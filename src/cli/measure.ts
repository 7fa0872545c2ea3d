import { join } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import { openKernels } from "../linalg/kernels/select.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import { positiveInteger, positiveIntegers } from "./arguments.ts";
import { commandLine } from "./commandLine.ts";
import { checkMeasureOptions, type Measured, type MeasureOptions, measurePoint } from "./measurePoint.ts";
import { measureTable } from "./measureTable.ts";
import { startProgress } from "./progress.ts";
import { addPointOptions, type PointCommandOptions } from "./sourceOptions.ts";

type MeasureCommandOptions = PointCommandOptions & MeasureOptions;

export function addMeasureCommand(program: Command, signal: AbortSignal): void {
  addPointOptions(program.command("measure"))
    .description(
      "measure the noise geometry of a model: a network with its weights and data, or a Jacobian with its residuals",
    )
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
  { name, measurement, document }: Measured,
  { json, out }: MeasureCommandOptions,
): Promise<void> {
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
  process.stdout.write(json === "-" ? text : measureTable(name, measurement, document));
}
