import { z } from "zod";
import { InputError } from "./inputError.ts";

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/**
 * `value` as the schema has it, defaults filled in. Throws an InputError of one line otherwise: `what`, and for each key
 * that is wrong its path, what is allowed there and what came. Schemas may give a key words of its own.
 */
export function readConfig<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value, { error: describe });
  if (result.success) return result.data;
  // zod looks at the length even of what is no list: the first word on each key is enough
  const problems = new Map<string, string>();
  for (const { path, message } of result.error.issues) {
    const key = pathName(path);
    if (!problems.has(key)) problems.set(key, key ? `${key}: ${message}` : message);
  }
  throw new InputError(`${what}: ${[...problems.values()].join("; ")}`);
}

/** An object of these keys and no others; of another key it says which ones there are. */
export function section<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key ${(issue.keys as string[]).join(", ")} (known: ${Object.keys(shape).join(", ")})`
        : undefined,
  });
}

/** A section that its `name` tells apart from others. */
export function namedSection<N extends string, S extends z.core.$ZodLooseShape>(name: N, shape: S) {
  return section({ name: z.literal(name), ...shape });
}

type NamedSection = z.ZodObject<{ name: z.ZodLiteral<string> } & z.core.$ZodLooseShape, z.core.$strict>;

/** One of several named sections. */
export function oneOfNamed<const T extends readonly [NamedSection, ...NamedSection[]]>(kinds: T) {
  const names = alternatives(kinds.map(({ shape }) => shape.name.value));
  return z.discriminatedUnion("name", kinds, {
    error: (issue) =>
      issue.code === "invalid_union"
        ? `expected ${names}, got ${shown((issue.input as { name?: unknown }).name)}`
        : undefined,
  });
}

/** "3, 4 or 5" */
function alternatives(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}` : words.join();
}

/** channels[1].width */
function pathName(path: readonly PropertyKey[]): string {
  return path
    .map((key, depth) => (typeof key === "number" ? `[${key}]` : depth > 0 ? `.${String(key)}` : String(key)))
    .join("");
}

/** Nothing where zod's own words have to do. */
function describe(issue: Issue): string | undefined {
  if (issue.code === "invalid_key") return (issue.issues as { message: string }[])[0].message;
  const expected = expectation(issue);
  return expected && `expected ${expected}, got ${shown(issue.input)}`;
}

const kinds: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "keys with values",
};

function expectation(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return kinds[issue.expected as string] ?? String(issue.expected);
    case "invalid_value":
      return alternatives(issue.values as unknown[]);
    case "too_small":
      return sized(issue, `${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`);
    case "too_big":
      return sized(issue, `${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`);
    default:
      return undefined;
  }
}

function sized(issue: Issue, size: string): string {
  return issue.origin === "array" ? `a list of ${size} in length` : size;
}

function shown(input: unknown): string {
  if (input === undefined) return "nothing";
  if (typeof input === "number" || typeof input === "bigint") return String(input);
  const text = jsonOf(input) ?? String(input);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Undefined where a value has none: a function, one that holds itself or a bigint. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
