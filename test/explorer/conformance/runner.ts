/** As much of vitest as the conformance suite uses, for a page: collects tests and runs them one after another. */
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import * as chai from "chai";

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const { expect } = chai;

type Body = (...values: never[]) => unknown;

const collected: { readonly name: string; run(): unknown }[] = [];
const path: string[] = [];

export function test(name: string, run: () => unknown): void {
  collected.push({ name: [...path, name].join(" > "), run });
}

export function describe(name: string, define: () => void): void {
  path.push(name);
  define();
  path.pop();
}

/** Named by its values rather than by the pattern. */
const each = (define: (name: string, body: () => unknown) => void) => (cases: readonly unknown[]) =>
  function forEachCase(name: string, body: Body): void {
    for (const values of cases) {
      const list = (Array.isArray(values) ? values : [values]) as never[];
      define(`${name}: ${JSON.stringify(list)}`, () => body(...list));
    }
  };
test.each = each(test);
describe.each = each((name, define) => describe(name, () => void define()));

export async function runAll(): Promise<{ passed: number; failures: string[] }> {
  const failures: string[] = [];
  const tests = collected.splice(0);
  for (const { name, run } of tests) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { passed: tests.length - failures.length, failures };
}
