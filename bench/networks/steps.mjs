import { compare, share } from "./compare.mjs";
import { architecture, randomModel } from "./models.mjs";
import { operationCounts } from "./operationCounts.mjs";

const learningRate = 1e-3;

/** A training step: gather the batch, forward, backward, SGD. */
export async function stepRows(bench) {
  const rows = [];
  for (const activation of ["tanh", "relu"]) {
    const graph = architecture({ name: "fnn", hidden: [256, 256], activation }, [784], 1);
    for (const batch of [1, 32, 128]) {
      const work = `step of the MLP 784-256-256-1, ${activation}, batch ${batch}`;
      const id = `step-mlp-${activation}-${batch}`;
      rows.push(...(await step(bench, id, work, graph, batch, { model: "mlp", activation })));
    }
  }
  const lenet = architecture({ name: "lenet" }, [1, 28, 28], 10);
  const resnet = architecture({ name: "resnet", depth: 20 }, [3, 32, 32], 10);
  rows.push(
    ...(await step(bench, "step-lenet", "step of LeNet on 1×28×28, batch 64", lenet, 64, { model: "lenet" })),
    ...(await step(bench, "step-resnet", "step of ResNet-20 on 3×32×32, batch 64", resnet, 64, {
      model: "resnet",
    })),
  );
  return rows;
}

async function step(bench, id, work, graph, count, request) {
  const samples = 1024;
  const { model, inputs, targets, theta } = randomModel(bench, graph, samples);
  // every sample in turn, in no order that a cache would like
  const batches = Array.from({ length: samples / count }, (_, k) =>
    Int32Array.from({ length: count }, (_, i) => ((k * count + i) * 389) % samples),
  );
  share(bench, "inputs", inputs, [samples, ...graph.input]);
  share(bench, "targets", targets, [samples, graph.output.shape[0]]);
  share(bench, "theta", theta);
  const trainer = model.trainer(theta, count);
  let first;
  let steps = 0;
  return compare(bench, {
    work,
    once() {
      trainer.descend(batches[steps++ % batches.length], learningRate);
      first ??= trainer.theta.map((value, k) => value - theta[k]);
    },
    result: () => first,
    flops: operationCounts(graph, count).gradient,
    peers: [{ id, request: { work: "step", count, learningRate, ...request } }],
    tolerance: 1e-3,
  }).finally(() => trainer.release());
}
