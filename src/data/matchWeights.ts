import { InputError } from "../inputError.ts";
import { type ArrayCollection, readAll } from "./arraySource.ts";
import { plainNames } from "./parameterNames.ts";
import { listed, mostListed, shownName } from "./shownNames.ts";

/** A parameter or buffer of a model, as PyTorch names it: "0.weight". */
export interface ExpectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * The value, row-major, of every expected weight, under its name. Names agree where they are the same, or the same but
 * for what DataParallel and torch.compile add; batch norm's counts of batches may be left over. Leaves the collection open.
 * Throws one InputError that lists all that is missing, left over or of another shape, and what reading throws.
 */
export async function matchWeights(
  expected: readonly ExpectedWeight[],
  collection: ArrayCollection,
): Promise<ReadonlyMap<string, Float64Array>> {
  const stored = storedNames(expected, collection);
  const missing = expected.filter(({ name }) => !stored.has(name));
  const used = new Set(stored.values());
  const leftOver = collection.names.filter((name) => !used.has(name) && !isBatchCount(name));
  const reshaped: string[] = [];
  for (const { name, shape } of expected) {
    const from = stored.get(name);
    if (from === undefined) continue;
    const got = (await collection.array(from)).shape;
    if (tuple(got) !== tuple(shape))
      reshaped.push(`${shownName(name)} ${tuple(got)} instead of ${tuple(shape)}`);
  }
  if (missing.length + leftOver.length + reshaped.length > 0) {
    const problems = [
      ["missing", missing.map(({ name, shape }) => `${shownName(name)} ${tuple(shape)}`)],
      ["left over", await shaped(leftOver, collection)],
      ["of another shape", reshaped],
    ] as const;
    throw doesNotFit(collection.name, problems);
  }
  const values = new Map<string, Float64Array>();
  for (const [name, from] of stored) values.set(name, await readAll(await collection.array(from)));
  return values;
}

/** By expected name, the name in the collection. */
function storedNames(
  expected: readonly ExpectedWeight[],
  { names }: ArrayCollection,
): ReadonlyMap<string, string> {
  const exact = new Set(names);
  const plain = new Map(plainNames(names).map((name, k) => [name, names[k]]));
  const plainExpected = plainNames(expected.map(({ name }) => name));
  const stored = expected.map(
    ({ name }, k) => [name, exact.has(name) ? name : plain.get(plainExpected[k])] as const,
  );
  return new Map(stored.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Training counts them; nothing in evaluation depends on them. */
function isBatchCount(name: string): boolean {
  return name === "num_batches_tracked" || name.endsWith(".num_batches_tracked");
}

/** With shapes as far as a message shows them; without where the array's type is not read as numbers. */
async function shaped(names: readonly string[], collection: ArrayCollection): Promise<readonly string[]> {
  const shown = names.map(shownName);
  for (const [k, name] of names.slice(0, mostListed).entries()) {
    const array = await collection.array(name).catch((error) => {
      if (!(error instanceof InputError)) throw error;
    });
    if (array) shown[k] += ` ${tuple(array.shape)}`;
  }
  return shown;
}

function tuple(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}

function doesNotFit(
  file: string,
  problems: readonly (readonly [what: string, names: readonly string[]])[],
): InputError {
  const found = problems.filter(([, names]) => names.length > 0);
  return new InputError(
    `${file}: does not fit the model: ${found.map(([what, names]) => `${what}: ${listed(names)}`).join("; ")}; ` +
      "give weights of this architecture, or correct the architecture",
  );
}
