import { blocksSubset, type DatasetWith } from "../../data/dataset/dataset.ts";
import type { InputBlocks } from "../../data/dataset/inputBlocks.ts";
import { type Instrument, readInstrument } from "../../dynamics/instruments.ts";
import type { Watched } from "../../dynamics/networkPoint.ts";
import { columnsOf, isOfOutputs, isOfTest, needsClasses } from "../../dynamics/quantities.ts";
import { scheduleOf } from "../../dynamics/scheduleSchema.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import type { Undefined } from "../../geometry/undefined.ts";
import { InputError } from "../../inputError.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Problem } from "../problem.ts";
import type { InstrumentConfig, TrainConfig } from "./config.ts";
import { defaultSamples } from "./memory.ts";
import { openTestData } from "./testData.ts";

/** Rows of a run without instruments. */
const defaultRows = 100;

/** A value of each column, by its name. */
type Cells = Readonly<Record<string, number | string | null>>;

/** The instruments of a run, each with its samples. */
export interface Watch {
  /** Columns that `read` fills. */
  readonly columns: readonly string[];
  /** Whether the metrics have a row of this step. */
  isDue(step: number): boolean;
  /** Measures what is due at this step, at θ; the other columns are null. The last one, `undefined`, has a line "column: reason" for each value that there is none of. */
  read(step: number, theta: Float64Array): Promise<Cells>;
  /** Closes the test data. */
  close(): Promise<void>;
}

/**
 * Draws the samples of each instrument and opens the test data that they ask for. Throws an InputError that names the key where
 * the data do not have what is to be measured.
 */
export async function openWatch(
  problem: Problem,
  config: TrainConfig,
  options: {
    readonly kernels: Kernels;
    readonly stream: RandomStream;
    readonly pause: () => Promise<void>;
    /** Bytes: larger test data are read from their files. */
    readonly hold?: number | undefined;
  },
): Promise<Watch> {
  const { steps } = config;
  requireClasses(problem, config);
  const testData = config.instruments.some(({ quantities }) => quantities.some(isOfTest))
    ? await openTestData(problem, config.test, options.hold)
    : undefined;
  const test = testData && watched(problem, testData);
  // one order for all: the samples of a larger instrument include those of a smaller one
  const order = options.stream.split("samples").permutation(problem.dataset.count);
  const instruments = config.instruments.map((instrument, index) => ({
    ...instrument,
    training: instrument.quantities.every(isOfTest)
      ? undefined
      : watched(problem, chosen(problem.dataset, order, instrument, index)),
    test,
  }));
  const rowsEvery = Math.ceil(steps / defaultRows);
  const stepFrom = stepsOf(config);
  const columns = instruments.flatMap(({ quantities, top }) => quantities.flatMap((q) => columnsOf(q, top)));

  return {
    columns: [...columns, "undefined"],
    isDue: (step) =>
      instruments.length === 0
        ? step < steps && step % rowsEvery === 0
        : instruments.some((instrument) => isDueAt(instrument, step, steps)),
    async read(step, theta) {
      const cells: Record<string, number | string | null> = {};
      const reasons: string[] = [];
      for (const column of columns) cells[column] = null;
      for (const instrument of instruments) {
        if (!isDueAt(instrument, step, steps)) continue;
        const reading = await readInstrument(instrument satisfies Instrument, theta, {
          ...options,
          step: stepFrom(step),
        });
        Object.assign(cells, reading.values);
        for (const [column, reason] of Object.entries(reading.undefined))
          reasons.push(`${column}: ${reason}`);
      }
      return { ...cells, undefined: reasons.length > 0 ? reasons.join("\n") : null };
    },
    async close() {
      await testData?.close();
    },
  };
}

/** The step that a run takes from a θ, as far as its noise is concerned: momentum and weight decay add none. */
function stepsOf({ optimiser, schedule, steps }: TrainConfig): (step: number) => SgdStep | Undefined {
  const learningRate = scheduleOf(schedule, steps);
  return (step) => {
    if (optimiser.name === "gd") return { undefined: "gradient descent on all samples has no noise" };
    if (step === steps) return { undefined: "the run takes no step from here" };
    const { batchSize, replacement } = optimiser;
    return { batchSize, replacement, learningRate: learningRate(step) };
  };
}

function isDueAt({ every, at }: InstrumentConfig, step: number, steps: number): boolean {
  return every === undefined ? at!.includes(step) : step % every === 0 || step === steps;
}

function watched(problem: Problem, dataset: DatasetWith<InputBlocks>): Watched {
  return { model: problem.model({ dataset }), labels: dataset.labels?.indices };
}

function chosen(
  dataset: DatasetWith<InputBlocks>,
  order: Int32Array,
  { quantities, samples }: InstrumentConfig,
  index: number,
): DatasetWith<InputBlocks> {
  if (samples !== undefined && samples > dataset.count) {
    throw new InputError(
      `instruments[${index}].samples: expected at most the ${dataset.count} training samples, got ${samples}`,
    );
  }
  const count =
    samples ?? (quantities.every(isOfOutputs) ? dataset.count : Math.min(defaultSamples, dataset.count));
  return count === dataset.count ? dataset : blocksSubset(dataset, order.subarray(0, count));
}

function requireClasses({ dataset }: Problem, { instruments, targets }: TrainConfig): void {
  for (const [index, { quantities }] of instruments.entries()) {
    const quantity = quantities.find(needsClasses);
    if (quantity === undefined || (dataset.labels && targets !== "values")) continue;
    throw new InputError(
      `instruments[${index}].quantities: expected classes for ${quantity}, ${targets === "values" ? "targets are values" : `${dataset.name} has none`}; leave it out`,
    );
  }
}
