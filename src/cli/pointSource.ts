import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { JacobianFile } from "../models/jacobianFile.ts";
import type { HessianLinearization, SampledGramLinearization } from "../models/linearization.ts";

/** The point θ that a command looks at: a Jacobian with residuals, or a network with weights and data. */
export interface PointSource {
  /** For people: what was measured. */
  readonly name: string;
  /** Where there is a network. */
  readonly network?: NetworkFacts;
  open(options: {
    readonly kernels: Kernels;
    readonly precision: "f32" | "f64";
    readonly onProgress: (fraction: number) => void;
    /** Of a network: bytes for activations, and again for the factors of a Gram matrix. */
    readonly memoryLimit?: number | undefined;
  }): Promise<JacobianFile | (HessianLinearization & SampledGramLinearization)>;
  close(): Promise<void>;
}

/** What is known of a network beside its linearization. */
export interface NetworkFacts {
  /** n·C numbers as the loss wants them. */
  readonly targets: Float64Array;
  /** What the samples take in memory. */
  readonly inputBytes: number;
  /** Samples that there are, of which those measured were taken. */
  readonly available: number;
  readonly training?: TrainingStep;
}

/** The step that a training run takes at a checkpoint. */
export interface TrainingStep {
  readonly learningRate: number;
  /** Left out where the run takes all samples at once. */
  readonly batchSize?: number;
  readonly replacement: boolean;
  readonly momentum: number;
  readonly weightDecay: number;
}
