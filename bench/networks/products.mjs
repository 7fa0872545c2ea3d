import { compare, share } from "./compare.mjs";
import { architecture, randomModel } from "./models.mjs";

/** Products with the Hessian and the Gauss–Newton matrix on a batch of 128, activations and, on the other side, the graph of the gradient kept. */
export async function productRows(bench) {
  const mlp = architecture({ name: "fnn", hidden: [256, 256], activation: "tanh" }, [784], 1);
  const resnet = architecture({ name: "resnet", depth: 20 }, [3, 32, 32], 10);
  return [
    ...(await productsOf(bench, "the MLP 784-256-256-1", mlp, "mlp")),
    ...(await productsOf(bench, "ResNet-20 on 3×32×32", resnet, "resnet")),
  ];
}

async function productsOf(bench, name, graph, peerModel) {
  const samples = 128;
  const { model, inputs, targets, theta } = randomModel(bench, graph, samples);
  share(bench, "inputs", inputs, [samples, ...graph.input]);
  share(bench, "targets", targets, [samples, graph.output.shape[0]]);
  share(bench, "theta", theta);
  const direction = theta.map((_, k) => Math.sin(k + 1));
  share(bench, "direction", direction);
  const linearization = model.linearize(theta);
  let last;
  const ways = {
    Hv: () => linearization.hvp(direction),
    "JᵀJv = n·Gv": () => linearization.vjp(linearization.jvp(direction)),
  };
  const rows = [];
  for (const [product, once] of Object.entries(ways)) {
    rows.push(
      ...(await compare(bench, {
        work: `${product} of ${name}, batch ${samples}`,
        once() {
          last = once();
        },
        result: () => last,
        peers: [{ request: { work: product, model: peerModel } }],
        tolerance: 1e-3,
        rounds: 3,
      })),
    );
  }
  return rows;
}
