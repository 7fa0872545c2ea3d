import type { TaskContext } from "../../tasks/protocol.ts";
import { buffersOf } from "./cloud.ts";
import type { EscapeSettings } from "./fields.ts";
import { type Numbers, numbersOf } from "./numbers.ts";
import { minimumOf } from "./problem.ts";
import { type Clouds, clouds, type SimulatedMean, simulatedMean } from "./simulation.ts";

export interface Update {
  readonly numbers?: Numbers;
  readonly clouds?: Clouds;
  readonly mean?: SimulatedMean;
}

/** The exact numbers, then the trajectories of the picture, then the simulated means. */
export async function simulate(settings: EscapeSettings, context: TaskContext<Update>): Promise<void> {
  const minimum = await minimumOf(settings);
  context.report({ numbers: await numbersOf(minimum, settings) });
  await context.pause();
  const seen = await clouds(minimum, settings, context.pause);
  context.report({ clouds: seen }, [...buffersOf(seen.sgd), ...buffersOf(seen.descent)]);
  context.report({ mean: await simulatedMean(minimum, settings, context.pause) });
}
