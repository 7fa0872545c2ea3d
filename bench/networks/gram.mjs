import { compare, share } from "./compare.mjs";
import { architecture, randomModel, smallCnn } from "./models.mjs";

/** K of a network, from θ to the matrix, against per-sample Jacobians and JJᵀ. */
export async function gramRows(bench) {
  const mlp = architecture({ name: "fnn", hidden: [256, 256], activation: "tanh" }, [784], 1);
  const peers = (model, ways) =>
    ways.map(({ way, ...rest }) => ({ way, request: { work: "gram", model, way }, ...rest }));
  return [
    ...(await gramOf(bench, "K of the MLP 784-256-256-1, n = 1000", mlp, 1000, {
      peers: peers("mlp", [{ way: "functorch vmap(grad)", rounds: 3 }, { way: "structured by hand" }]),
    })),
    ...(await gramOf(bench, "K of a CNN 3×32×32, conv 16, conv 32, dense 10, n = 500", smallCnn(), 500, {
      peers: peers("cnn", [{ way: "functorch vmap(jacrev)", rounds: 2 }]),
    })),
  ];
}

async function gramOf(bench, work, graph, samples, { peers }) {
  const { model, inputs, theta } = randomModel(bench, graph, samples);
  share(bench, "inputs", inputs, [samples, ...graph.input]);
  share(bench, "theta", theta);
  let gram;
  return compare(bench, {
    work,
    async once() {
      gram = await model.linearize(theta).gram();
    },
    result: () => gram.data,
    peers,
    tolerance: 1e-4,
  });
}
