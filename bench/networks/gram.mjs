import { compare, share } from "./compare.mjs";
import { architecture, randomModel, smallCnn } from "./models.mjs";
import { operationCounts } from "./operationCounts.mjs";

/** K of a network, from θ to the matrix, against per-sample Jacobians and JJᵀ. */
export async function gramRows(bench) {
  const mlp = architecture({ name: "fnn", hidden: [256, 256], activation: "tanh" }, [784], 1);
  const resnet = architecture({ name: "resnet", depth: 20 }, [3, 32, 32], 10);
  return [
    ...(await gramOf(bench, "K of the MLP 784-256-256-1, n = 1000", mlp, 1000, {
      flops: mlpOperations(mlp, 1000),
      peers: [
        { id: "gram-mlp", way: "functorch vmap(grad)", request: { work: "gram", model: "mlp" } },
        {
          id: "gram-mlp-structured",
          way: "structured by hand",
          request: { work: "structured gram", model: "mlp" },
        },
      ],
    })),
    ...(await gramOf(bench, "K of a CNN 3×32×32, conv 16, conv 32, dense 10, n = 200", smallCnn(), 200, {
      peers: [{ id: "gram-cnn", way: "functorch vmap(jacrev)", request: { work: "gram", model: "cnn" } }],
    })),
    ...(await gramOf(bench, "K of ResNet-20 on 3×32×32, C = 10, n = 200", resnet, 200, {
      peers: [
        { id: "gram-resnet", way: "functorch vmap(jacrev)", request: { work: "gram", model: "resnet" } },
      ],
      // in float64 both agree to 1e-14; in float32 a few of 4·10⁷ units lie on the other side of their kink
      tolerance: 5e-3,
      // what J alone takes, which the peer holds
      memoryLimit: 2200 * 2 ** 20,
      note: "at most 2.2 GiB, as J alone",
    })),
  ];
}

async function gramOf(bench, work, graph, samples, { memoryLimit, ...options }) {
  const { model, inputs, theta } = randomModel(bench, graph, samples, { memoryLimit });
  share(bench, "inputs", inputs, [samples, ...graph.input]);
  share(bench, "theta", theta);
  let gram;
  return compare(bench, {
    work,
    async once() {
      gram = await model.linearize(theta).gram();
    },
    result: () => gram.data,
    tolerance: 1e-4,
    ...options,
  }).finally(() => model.release());
}

/** One sweep forward and one backward, and half of AAᵀ and ΔΔᵀ of every layer. */
function mlpOperations(graph, samples) {
  const { forward, backward } = operationCounts(graph, samples);
  const widths = graph.parameters
    .filter(({ shape }) => shape.length === 2)
    .reduce((sum, { shape: [outputs, inputs] }) => sum + outputs + inputs, 0);
  return forward + backward + samples ** 2 * widths;
}
