/** Features that share something: all of them, those of one channel (first axis of an input), or each by itself. */
export type Grouping = "global" | "channel" | "feature";

export interface FeatureGroups {
  readonly count: number;
  /** The group of each feature. */
  readonly of: Int32Array;
}

export function featureGroups(inputShape: readonly number[], by: Grouping): FeatureGroups {
  const features = inputShape.reduce((product, length) => product * length, 1);
  const count = { global: 1, channel: inputShape[0], feature: features }[by];
  const size = features / count;
  return { count, of: Int32Array.from({ length: features }, (_, feature) => Math.floor(feature / size)) };
}
