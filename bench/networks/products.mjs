import { announce } from "../table.mjs";
import { compare, share } from "./compare.mjs";
import { architecture, randomModel } from "./models.mjs";
import { operationCounts } from "./operationCounts.mjs";

const samples = 128;
/** Room for the activations of the whole batch, which the peer's graph holds too. */
const memoryLimit = 1400 * 2 ** 20;

/** Products with the Hessian and the Gauss–Newton matrix on a batch, activations and, on the other side, the graph of the gradient kept; beside them the gradient. */
export async function productRows(bench) {
  const mlp = architecture({ name: "fnn", hidden: [256, 256], activation: "tanh" }, [784], 1);
  const resnet = architecture({ name: "resnet", depth: 20 }, [3, 32, 32], 10);
  return [
    ...(await productsOf(bench, "the MLP 784-256-256-1", mlp, "mlp")),
    ...(await productsOf(bench, "ResNet-20 on 3×32×32", resnet, "resnet")),
  ];
}

async function productsOf(bench, name, graph, peerModel) {
  const { model, inputs, targets, theta } = randomModel(bench, graph, samples, { memoryLimit });
  share(bench, "inputs", inputs, [samples, ...graph.input]);
  share(bench, "targets", targets, [samples, graph.output.shape[0]]);
  share(bench, "theta", theta);
  const direction = theta.map((_, k) => Math.sin(k + 1));
  share(bench, "direction", direction);
  const linearization = model.linearize(theta);
  const trainer = model.trainer(theta, samples);
  const all = Int32Array.from({ length: samples }, (_, i) => i);
  const gradient = bench.math.allocate("float32", theta.length);
  const counts = operationCounts(graph, samples);
  const ways = {
    gradient: {
      flops: counts.gradient,
      once() {
        trainer.gradient(all, gradient);
        return gradient;
      },
    },
    Hv: { flops: counts.hessian, once: () => linearization.hvp(direction) },
    "JᵀJv = n·Gv": {
      flops: counts.gaussNewton,
      once: () => linearization.vjp(linearization.jvp(direction)),
    },
  };
  const rows = [];
  let last;
  for (const [product, { flops, once }] of Object.entries(ways)) {
    const id = `${product.split(" ")[0]}-${peerModel}`;
    rows.push(
      ...(await compare(bench, {
        work: `${product} of ${name}, batch ${samples}`,
        flops,
        once() {
          last = once();
        },
        result: () => last,
        peers: [{ id, request: { work: product, model: peerModel } }],
        tolerance: 1e-3,
      })),
    );
  }
  bench.math.release(gradient);
  model.release();
  return [...rows, inGradients(rows, name, peerModel)];
}

/** What Gv costs beside a gradient, which takes one sweep forward and one back. */
function inGradients([gradient, , gaussNewton], name, peerModel) {
  const quotient = (a, b) => ({
    ours: a.ours / b.ours,
    ...(a.peer && { peer: a.peer / b.peer, ratio: a.ratio / b.ratio }),
  });
  return announce({
    id: `gradients-${peerModel}`,
    work: `Gv of ${name}, batch ${samples}, in gradients`,
    ...quotient(gaussNewton, gradient),
    cpu: quotient(gaussNewton.cpu, gradient.cpu),
    unit: "gradients",
  });
}
