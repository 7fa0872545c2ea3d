import { join } from "node:path";
import type { Manifest } from "../runs/train/manifest.ts";
import type { Details, ExperimentSummary, ReproductionSummary, RunSummary, Summary } from "./api.ts";
import { foldersIn, type Place, pathOf } from "./catalog.ts";
import { lastStep } from "./metricsTail.ts";
import { filesOf, isFileWithin, lastChange, readJsonWithin } from "./placeFiles.ts";
import { sweepDetails, sweepSummary } from "./sweeps.ts";

type Document = Readonly<Record<string, unknown>>;

/** In short, or undefined where it cannot be read (any more). @param root the folder served, a real path */
export async function summaryOf(root: string, place: Place): Promise<Summary | undefined> {
  if (place.kind === "reproduction") return reproductionSummary(root, place);
  if (place.kind === "sweep") return sweepSummary(root, place);
  const manifest = await manifestOf(root, place);
  return manifest && runSummary(root, place, manifest);
}

/** All but its metrics, or undefined likewise. */
export async function detailsOf(root: string, place: Place): Promise<Details | undefined> {
  if (place.kind === "run") {
    const manifest = await manifestOf(root, place);
    if (!manifest) return undefined;
    const summary = await runSummary(root, place, manifest);
    return {
      schema: 1,
      summary,
      manifest: manifest as unknown as Document & { config: Document },
      files: await filesOf(root, place),
    };
  }
  if (place.kind === "sweep") return sweepDetails(root, place);
  const summary = await reproductionSummary(root, place);
  const results = new Map<string, Document>();
  for (const { id } of summary.experiments) {
    const result = await resultOf(root, place, id);
    if (result) results.set(id, result);
  }
  return { schema: 1, summary, results: Object.fromEntries(results), files: await filesOf(root, place) };
}

/**
 * What is shown of a manifest has to be there; the rest of it is not judged, so that runs of other versions are seen as well.
 * Undefined for anything else, and for a file that leads out of the root.
 */
async function manifestOf(root: string, { names }: Place): Promise<Manifest | undefined> {
  const manifest = await readJsonWithin<Partial<Manifest>>(root, [...names, "manifest.json"]);
  const isShown =
    manifest?.schema === 1 &&
    manifest.command === "train" &&
    typeof manifest.config?.model?.name === "string" &&
    typeof manifest.data === "string" &&
    typeof manifest.status === "string" &&
    [manifest.config.steps, manifest.parameters, manifest.step].every(Number.isFinite);
  return isShown ? (manifest as Manifest) : undefined;
}

async function runSummary(root: string, place: Place, manifest: Manifest): Promise<RunSummary> {
  const { config, data, parameters, status, step } = manifest;
  const { id, name, names } = place;
  return {
    kind: "run",
    id,
    name,
    path: pathOf(place),
    changed: await lastChange(root, [
      [...names, "manifest.json"],
      [...names, "metrics.jsonl"],
    ]),
    data,
    model: config.model.name,
    parameters,
    state: status,
    step: Math.max(step, (await lastStep(root, names)) ?? 0),
    steps: config.steps,
  };
}

async function reproductionSummary(root: string, place: Place): Promise<ReproductionSummary> {
  const { id, name, names } = place;
  const experiments: ExperimentSummary[] = [];
  const files: string[][] = [];
  for (const folder of await foldersIn(join(root, ...names))) {
    const trials = [...names, folder, "trials.jsonl"];
    const result = await resultOf(root, place, folder);
    if (!result && !(await isFileWithin(root, trials))) continue;
    files.push(trials, [...names, folder, "result.json"]);
    experiments.push({
      id: folder,
      verdict: (result?.verdict as ExperimentSummary["verdict"] | undefined) ?? null,
    });
  }
  const changed = await lastChange(root, files);
  return { kind: "reproduction", id, name, path: pathOf(place), changed, experiments };
}

/** result.json of an experiment, undefined where there is none that can be read. */
async function resultOf(root: string, { names }: Place, experiment: string): Promise<Document | undefined> {
  const result = await readJsonWithin<Document>(root, [...names, experiment, "result.json"]);
  return result?.id === experiment ? result : undefined;
}
