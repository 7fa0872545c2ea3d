import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildArchitecture } from "../../../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../../../src/models/network/architectures/schema.ts";
import { freezeBatchNorm } from "../../../../src/models/network/freezeBatchNorm.ts";
import { type Graph, parameterOffsets } from "../../../../src/models/network/graph.ts";
import { initializeParameters } from "../../../../src/models/network/initialize.ts";
import { type Shape, sizeOf } from "../../../../src/models/network/shape.ts";
import { createStream } from "../../../../src/random/index.ts";
import { forward, naive } from "./forward.ts";

const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["/usr/bin/python3", "python3"];
// looks for it without importing it, which takes seconds
const found = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)";
const python = candidates.find((name) => spawnSync(name, ["-c", found]).status === 0);
if (python === undefined && process.env.CI)
  throw new Error("PyTorch is not installed: in CI this test may not be skipped");

const documentation = readFileSync(new URL("../../../../docs/networks.md", import.meta.url), "utf8");
/** Every Python block of docs/networks.md, one after another. */
const modules = [...documentation.matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code).join("\n");

const samples = 3;
const outputs = 4;
const activations = {
  relu: "ReLU",
  "leaky-relu": "LeakyReLU",
  gelu: "GELU",
  silu: "SiLU",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  identity: "Identity",
};

/** A configuration, the input's shape, and the module it equals. */
const cases: [object, Shape, string][] = [
  ...Object.entries(activations).map(([activation, module]): [object, Shape, string] => [
    { name: "fnn", hidden: [7, 5], activation },
    [2, 3],
    `fnn(6, 4, (7, 5), nn.${module})`,
  ]),
  [{ name: "fnn", hidden: [], bias: false }, [6], "fnn(6, 4, (), bias=False)"],
  [{ name: "linear-network", hidden: [5, 3] }, [2, 3], "linear_network(6, 4, (5, 3))"],
  [{ name: "lenet" }, [1, 28, 28], "LeNet((1, 28, 28), 4)"],
  [
    { name: "lenet", channels: [3, 4], kernel: 3, pooling: "average", hidden: [9], activation: "tanh" },
    [2, 33, 32],
    "LeNet((2, 33, 32), 4, (3, 4), 3, 0, nn.AvgPool2d, (9,), nn.Tanh)",
  ],
  [{ name: "vgg", width: 0.04 }, [3, 32, 32], "VGG((3, 32, 32), 4, 11, 0.04)"],
  [
    { name: "vgg", depth: 13, width: 0.03, activation: "silu" },
    [1, 32, 67],
    "VGG((1, 32, 67), 4, 13, 0.03, activation=nn.SiLU)",
  ],
  [
    { name: "vgg", depth: 16, width: 0.03, batchNorm: "frozen" },
    [3, 32, 32],
    "VGG((3, 32, 32), 4, 16, 0.03, True)",
  ],
  [{ name: "resnet", depth: 8, width: 0.2 }, [3, 9, 12], "ResNet((3, 9, 12), 4, 8, 0.2)"],
  [
    { name: "resnet", depth: 14, width: 0.25, shortcut: "B", activation: "gelu" },
    [1, 8, 8],
    'ResNet((1, 8, 8), 4, 14, 0.25, "B", activation=nn.GELU)',
  ],
  [
    { name: "resnet", depth: 8, width: 0.25, shortcut: "B", batchNorm: "none" },
    [3, 8, 8],
    'ResNet((3, 8, 8), 4, 8, 0.25, "B", False)',
  ],
  [
    { name: "vit", patch: 3, dimension: 8, layers: 2, heads: 2, hidden: 10 },
    [3, 6, 9],
    "ViT((3, 6, 9), 4, 3, 8, 2, 2, 10)",
  ],
];

/** Reads cases with their tensors from standard input, loads them and prints what PyTorch makes of them. */
const script = `
import json, sys
torch.set_default_dtype(torch.float64)
results = []
for case in json.load(sys.stdin):
    model = eval(case["module"])
    state = {name: torch.tensor(values).reshape(shape) for name, shape, values in case["state"]}
    own = model.state_dict()
    missing, left_over = model.load_state_dict(state, strict=False)
    x = torch.tensor(case["inputs"]).reshape(-1, *case["shape"])
    if isinstance(model, nn.Sequential):
        x = x.flatten(1)
    evaluated = model.eval()(x)
    trained = model.train()(x)
    results.append({
        "missing": [name for name in missing if not name.endswith("num_batches_tracked")],
        "left over": left_over,
        "order": [name for name, _ in model.named_parameters()],
        "evaluated": evaluated.flatten().tolist(),
        "trained": trained.flatten().tolist(),
    })
print(json.dumps(results))
`;

describe.skipIf(python === undefined)(
  `architectures against PyTorch${python ? "" : " (skipped: no python with torch here)"}`,
  () => {
    const ours = cases.map(([config, shape, module], index) => {
      const stream = createStream(index);
      const graph = buildArchitecture(readArchitecture(config), shape, outputs);
      const theta = initializeParameters(graph, "lecun", stream.split("weights"));
      // biases, scales and shifts away from where they start, so that each of them matters
      for (let j = 0; j < theta.length; j++) theta[j] += 0.1 * stream.gaussian();
      const inputs = stream.split("inputs").gaussians(new Float64Array(samples * sizeOf(shape)));
      freezeBatchNorm(graph, theta, inputs, naive);
      return { graph, theta, inputs, shape, module };
    });
    const theirs = () => {
      const input = JSON.stringify(
        ours.map(({ graph, theta, inputs, shape, module }) => ({
          module,
          shape,
          inputs: [...inputs],
          state: stateOf(graph, theta),
        })),
      );
      const { status, stdout, stderr } = spawnSync(python as string, ["-c", `${modules}\n${script}`], {
        input,
        encoding: "utf8",
        maxBuffer: 2 ** 26,
      });
      if (status !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const results = python === undefined ? [] : theirs();

    test.each(cases.map(([config, , module], index) => [module, config, index] as const))(
      "%s is %j: names, θ's order, outputs, and batch norms frozen on the batch",
      (_, config, index) => {
        const { graph, theta, inputs } = ours[index];
        const result = results[index];
        expect(result.missing).toEqual([]);
        expect(result["left over"]).toEqual([]);
        const names = graph.parameters.map(({ name }) => name);
        if ("patch" in config) expect(new Set(names)).toEqual(new Set(result.order));
        else expect(names).toEqual(result.order);

        const values = forward(graph, theta, inputs).at(-1) as Float64Array;
        const scale = Math.max(...values.map(Math.abs));
        for (const expected of [result.evaluated, result.trained]) {
          expect(expected).toHaveLength(values.length);
          for (const [k, value] of values.entries()) {
            expect(Math.abs(value - expected[k])).toBeLessThan(1e-12 * scale);
          }
        }
      },
    );
  },
);

/** [name, shape, values] of every parameter and buffer. */
function stateOf(graph: Graph, theta: Float64Array): [string, Shape, number[]][] {
  const offsets = parameterOffsets(graph);
  return [
    ...graph.parameters.map(({ name, shape }, k): [string, Shape, number[]] => [
      name,
      shape,
      [...theta.subarray(offsets[k], offsets[k] + sizeOf(shape))],
    ]),
    ...graph.buffers.map(({ name, shape, data }): [string, Shape, number[]] => [name, shape, [...data]]),
  ];
}
