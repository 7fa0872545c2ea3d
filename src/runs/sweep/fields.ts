import { InputError } from "../../inputError.ts";
import type { Json } from "../jobs/job.ts";

/** A field of a configuration by its path: "optimiser.batchSize", "instruments.0.every". */
export type FieldPath = string;

/** The configuration with another value of a field; sections on the way are made where there are none. */
export function withField(config: Json, path: FieldPath, value: Json, what: string): Json {
  return set(config, path.split("."), value, path, what);
}

function set(
  config: Json | undefined,
  [key, ...rest]: readonly string[],
  value: Json,
  path: FieldPath,
  what: string,
): Json {
  if (key === undefined) return value;
  if (Array.isArray(config)) {
    const index = Number(key);
    if (!/^\d+$/.test(key) || index >= config.length) {
      throw new InputError(
        `${what}: ${path}: expected an index below ${config.length} at "${key}", the length of the list there; change the path`,
      );
    }
    return config.with(index, set(config[index], rest, value, path, what));
  }
  if (config !== undefined && (config === null || typeof config !== "object")) {
    throw new InputError(
      `${what}: ${path}: expected keys with values above "${key}", got ${JSON.stringify(config)}; change the path`,
    );
  }
  const section = (config ?? {}) as Readonly<Record<string, Json>>;
  const own = Object.hasOwn(section, key) ? section[key] : undefined;
  return { ...section, [key]: set(own, rest, value, path, what) };
}
