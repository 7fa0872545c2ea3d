import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the README's library example runs on the built package as it stands", () => {
  const root = new URL("../../", import.meta.url);
  const code = /```js\n([\s\S]*?)```/.exec(readFileSync(new URL("README.md", root), "utf8"))?.[1];
  expect(code).toBeDefined();
  const ending = "\nawait kernels.close();";
  const words = ["--input-type=module", "--eval", `${code}${ending}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: fileURLToPath(root),
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const mu = Number(/covariance: ([\d.]+)/.exec(stdout)?.[1]);
  expect(mu).toBeGreaterThan(0.5);
  expect(mu).toBeLessThan(2);
});
