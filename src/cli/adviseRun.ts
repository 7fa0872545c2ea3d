import { join } from "node:path";
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { type Advice, advise } from "../dynamics/advice.ts";
import { openKernels } from "../linalg/kernels/select.ts";
import { defaultSeed } from "../random/defaultSeed.ts";
import { createStream } from "../random/index.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";

import { type AdvisedPoint, adviseDocument } from "./adviseDocument.ts";
import { judge } from "./adviseJudgement.ts";
import { type StepOptions, stepInUse } from "./adviseStep.ts";
import { adviseTable } from "./adviseTable.ts";
import { adviseWarnings } from "./adviseWarnings.ts";
import { commandLine } from "./commandLine.ts";
import { measureSource } from "./measureSource.ts";
import type { PointSource } from "./pointSource.ts";
import { startProgress } from "./progress.ts";
import type { PointCommandOptions } from "./sourceOptions.ts";

export interface AdviseCommandOptions extends PointCommandOptions, StepOptions {}

/** Where the work on a model begins after reading it, as a fraction of all. */
const reading = 0.3;

export async function runAdvise(options: AdviseCommandOptions, signal: AbortSignal): Promise<void> {
  const source = await measureSource(options);
  try {
    const { name, network } = source;
    const advice = await advised(source, options, signal);
    const judgement = judge(advice, network);
    const warnings = adviseWarnings(advice, judgement, network);
    const document = adviseDocument(advice, judgement, network, warnings);
    await deliver({ name, advice, judgement, document }, options);
  } finally {
    await source.close();
  }
}

async function advised(
  source: PointSource,
  options: AdviseCommandOptions,
  signal: AbortSignal,
): Promise<Advice> {
  const kernels = await openKernels({ threads: options.threads });
  const progress = startProgress("looking at the point");
  try {
    const linearization = await source.open({
      kernels,
      precision: options.precision,
      onProgress(fraction) {
        signal.throwIfAborted();
        progress.update(reading * fraction);
      },
    });
    const step = stepInUse(options, source.network?.training, linearization.samples);
    return await advise(linearization, {
      kernels,
      step,
      stream: createStream(options.seed ?? defaultSeed).split("advise"),
      targets: source.network?.targets,
      signal,
      async onProgress(fraction, note) {
        // lets an interrupt be noticed
        await setImmediate();
        signal.throwIfAborted();
        progress.update(reading + (1 - reading) * fraction, note);
      },
    });
  } finally {
    progress.finish();
    await kernels.close();
  }
}

async function deliver(point: AdvisedPoint, { json, out }: AdviseCommandOptions): Promise<void> {
  const text = `${JSON.stringify(point.document, null, 2)}\n`;
  if (json !== undefined && json !== "-") await writeFileAtomically(json, text);
  if (out !== undefined) {
    const { adviseFiles } = await import("./advisePage.ts");
    await writeFileAtomically(join(out, "advise.json"), text);
    for (const [file, content] of await adviseFiles(point, commandLine())) {
      await writeFileAtomically(join(out, file), content);
    }
    process.stderr.write(`report page: ${join(out, "index.html")}\n`);
  }
  process.stdout.write(json === "-" ? text : adviseTable(point));
}
