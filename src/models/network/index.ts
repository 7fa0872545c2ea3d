/** Networks: described by a configuration or built node by node, and with their data one more maker of a `Linearization`. */
export { buildArchitecture } from "./architectures/buildArchitecture.ts";
export { type ArchitectureConfig, readArchitecture } from "./architectures/schema.ts";
export { describeGraph } from "./describeGraph.ts";
export { type Evaluation, type EvaluationOptions, evaluate, type ParameterUse } from "./evaluation.ts";
export { freezeBatchNorm } from "./freezeBatchNorm.ts";
export {
  type Graph,
  type GraphBuilder,
  graphBuilder,
  type NetworkBuffer,
  type Node as NetworkNode,
  type Parameter as NetworkParameter,
  type ParameterRole,
  parameterCount,
  parameterOffsets,
  type Value as NetworkValue,
} from "./graph.ts";
export { type InitialisationScheme, initializeParameters } from "./initialize.ts";
export { crossEntropyLoss, type Loss, squareLoss } from "./losses.ts";
export { type MultiHeadAttentionOptions, multiHeadAttention } from "./multiHeadAttention.ts";
export { type NetworkModel, type NetworkOptions, networkModel } from "./network.ts";
export type {
  BindContext,
  ExplicitShare,
  InputTargets,
  JacobianShare,
  LeftColumns,
  Operation,
  OuterShare,
  Point as RulePoint,
  Rule,
  SampleGradients,
  Tangents,
} from "./operation.ts";
export * as operations from "./operations/index.ts";
export type { Shape } from "./shape.ts";
export type { Trainer } from "./trainer.ts";
