import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { noisegeo, scratchFolder } from "./noisegeo.ts";
import { missingPython, python } from "./python.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());

/** The first Python block of a Markdown file that holds `marker`. */
function pythonBlock(file: string, marker: string): string {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const block = [...text.matchAll(/```python\n([\s\S]*?)```/g)]
    .map(([, code]) => code)
    .find((code) => code.includes(marker));
  if (!block) throw new Error(`${file}: no Python block with ${marker}`);
  return block;
}

const problem = `
import json, numpy as np, torch
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
n, C = 12, 2
model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, C))
x, y = torch.randn(n, 5), torch.randn(n, C)
`;

/** The same numbers by explicit p×p matrices from per-sample gradients of the loss, and G from Jacobians by autograd. */
const oracle = `
weights = list(model.parameters())
flat = lambda tensors: torch.cat([t.flatten() for t in tensors])
gradients = torch.stack([flat(torch.autograd.grad(0.5 * ((model(x[i:i+1]) - y[i:i+1]) ** 2).sum(), weights)) for i in range(n)])
J = torch.stack([flat(torch.autograd.grad(model(x[i:i+1])[0, c], weights)) for i in range(n) for c in range(C)])
G = J.T @ J / n
mean = gradients.mean(0)
Sigma = gradients.T @ gradients / n - torch.outer(mean, mean)
L = 0.5 * ((model(x) - y) ** 2).sum() / n
mu = (Sigma * G).sum() / (2 * L * (G * G).sum())
print(json.dumps({"parameters": J.shape[1], "loss": float(L), "mu": float(mu), "eigenvalue": float(torch.linalg.eigvalsh(G)[-1])}))
`;

describe.skipIf(python === undefined)(`PyTorch snippets${missingPython}`, () => {
  test.each([
    ["README.md", "onnx.export", "", ["--onnx", "model.onnx", "--data", "data.npz"]],
    ["docs/measure.md", "autograd.grad", "", ["--npz", "point.npz"]],
    [
      "docs/measure.md",
      "functorch",
      '\nnp.savez("point.npz", jacobian=jacobian.detach().numpy(), residuals=(model(x) - y).detach().numpy())\n',
      ["--npz", "point.npz"],
    ],
  ] as const)("the one of %s with %s gives what PyTorch gives", async (file, marker, ending, source) => {
    const script = join(folder.path, "snippet.py");
    writeFileSync(script, problem + pythonBlock(file, marker) + ending + oracle);
    const printed = execFileSync(python as string, [script], {
      cwd: folder.path,
      encoding: "utf8",
      stdio: "pipe",
    });
    const expected = JSON.parse(printed.trim().split("\n").at(-1) as string);
    const { code, stdout, stderr } = await noisegeo(["measure", ...source, "--json", "-"], {
      cwd: folder.path,
    });
    expect(code, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ samples: 12, outputs: 2, parameters: expected.parameters });
    expect(document.loss).toBeCloseTo(expected.loss, 12);
    expect(document.lossAlignment.covariance).toBeCloseTo(expected.mu, 11);
    expect(document.gaussNewton.eigenvalues[0]).toBeCloseTo(expected.eigenvalue, 11);
  });
});
