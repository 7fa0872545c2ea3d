import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import { simulateSgd } from "../../dynamics/simulate.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import { sgdStep } from "./minimum.ts";
import { descentRate, paths } from "./setting.ts";

/** Paths of GD and SGD from the same starts, along the sharpest and along one flat direction. */
export async function pathsOf(problem: ReducedProblem, stream: RandomStream): Promise<readonly Row[]> {
  const { eigenvalues, rank, samples } = problem;
  const flat = Math.floor(rank / 2);
  const times = Array.from({ length: paths.steps + 1 }, (_, time) => time);
  const methods = [
    ["GD", { learningRate: (2 * descentRate) / eigenvalues[0], batchSize: samples, replacement: false }],
    ["SGD", sgdStep(problem, paths.step)],
  ] as const;
  const rows: Row[] = [];
  for (const [method, step] of methods) {
    const { records, recordLength } = await simulateSgd(problem, step, {
      count: paths.trajectories,
      times,
      sharpest: [],
      kept: [0, flat],
      stream,
    });
    for (let path = 0; path < paths.trajectories; path++) {
      for (const [time, record] of records.entries()) {
        const [exponent, , along, across] = record.subarray(path * recordLength);
        const scale = 2 ** exponent;
        rows.push({ kind: "path", method, path, time, along: scale * along, across: scale * across });
      }
    }
  }
  return rows;
}
