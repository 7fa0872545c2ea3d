import type { RunDetails } from "../../../../src/serve/api.ts";

type Value = string;
export type Fields = ReadonlyMap<string, Value>;
type Config = RunDetails["manifest"]["config"];

/** A configuration by the paths of its fields, as designs of sweeps name them: "optimiser.batchSize". */
export function fieldsOf(config: Config): Fields {
  const fields = new Map<string, Value>();
  const visit = (value: unknown, path: string) => {
    const isPlain = Array.isArray(value) && value.every((item) => typeof item !== "object");
    if (typeof value === "object" && value !== null && !isPlain) {
      for (const [key, part] of Object.entries(value)) visit(part, path === "" ? key : `${path}.${key}`);
    } else {
      fields.set(path, isPlain ? value.join(", ") : String(value));
    }
  };
  visit(config, "");
  return fields;
}

/** Paths whose values are not the same in all. */
export function differing(all: readonly Fields[]): string[] {
  const paths = new Set(all.flatMap((fields) => [...fields.keys()]));
  return [...paths].filter((path) => new Set(all.map((fields) => fields.get(path))).size > 1);
}

/** C, where the configuration says it and 2L normalises what is the square loss's. */
export function outputsOf({ loss, targets, data }: Config): number | undefined {
  if (loss !== "mse") return undefined;
  if (targets === "signs") return 1;
  const { name, classes } = data as { readonly name?: string; readonly classes?: readonly number[] };
  if (targets === "values" || (name === "npz" && targets === undefined)) return undefined;
  return classes?.length ?? (name === "npz" ? undefined : 10);
}
