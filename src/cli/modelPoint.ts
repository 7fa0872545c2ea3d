import type { ArrayCollection } from "../data/arraySource.ts";
import { matchWeights } from "../data/matchWeights.ts";
import { openWeights } from "../data/openWeights.ts";
import { InputError } from "../inputError.ts";
import { buildArchitecture } from "../models/network/architectures/buildArchitecture.ts";
import { type ArchitectureConfig, readArchitecture } from "../models/network/architectures/schema.ts";
import { type Graph, parameterCount, parameterOffsets } from "../models/network/graph.ts";
import { pointOn } from "../models/network/networkPoint.ts";
import type { Shape } from "../models/network/shape.ts";
import type { LossName } from "../models/network/targets.ts";
import { parseYaml } from "../runs/yaml.ts";
import { type OpenPoint, openNamedData, pointWith, type SampleOptions } from "./networkData.ts";
import { readInputText } from "./readInput.ts";

/** An architecture by configuration (`file`), with weights from PyTorch. */
export async function modelPoint(
  file: string,
  weights: string | undefined,
  data: string,
  loss: LossName,
  options: SampleOptions,
): Promise<OpenPoint> {
  if (weights === undefined) {
    throw new InputError(
      "expected --weights FILE.safetensors or FILE.pt with --model, got none; save model.state_dict()",
    );
  }
  const config = readArchitecture(parseYaml(await readInputText(file), file), file);
  const dataset = await openNamedData(data, options);
  return pointWith(dataset, async () => {
    const collection = await openWeights(weights);
    try {
      const graph = await graphFor(config, dataset.inputShape, collection);
      const theta = await loadWeights(graph, collection);
      return pointOn(dataset, { name: `${config.name} with ${weights}`, graph, theta }, loss);
    } finally {
      await collection.close();
    }
  });
}

/** The architecture with as many outputs as the last layer of the weights has. */
async function graphFor(config: ArchitectureConfig, input: Shape, weights: ArrayCollection): Promise<Graph> {
  const probe = buildArchitecture(config, input, 1);
  const last = probe.parameters[probe.parameters.length - 1].name;
  const stored = weights.names.find((name) => name === last || name.endsWith(`.${last}`));
  // where it is missing, matching says so together with everything else
  if (stored === undefined) return probe;
  const [outputs = 1] = (await weights.array(stored)).shape;
  return outputs === 1 ? probe : buildArchitecture(config, input, outputs);
}

/** θ from the file; buffers, such as running statistics, go to the graph. */
async function loadWeights(graph: Graph, collection: ArrayCollection): Promise<Float64Array> {
  const values = await matchWeights([...graph.parameters, ...graph.buffers], collection);
  const theta = new Float64Array(parameterCount(graph));
  const offsets = parameterOffsets(graph);
  for (const [k, { name }] of graph.parameters.entries()) theta.set(values.get(name)!, offsets[k]);
  for (const { name, data } of graph.buffers) data.set(values.get(name)!);
  return theta;
}
