import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { JacobianFile } from "../models/jacobianFile.ts";
import type { HessianLinearization } from "../models/linearization.ts";

/** What the command line says of the thing to measure. */
export interface SourceOptions {
  readonly jacobian?: string;
  readonly residuals?: string;
  readonly npz?: string;
  readonly safetensors?: string;
  readonly onnx?: string;
  readonly model?: string;
  readonly weights?: string;
  readonly run?: string;
  readonly step?: number;
  /** Of a network: an npz file with x and y, or a data set by name. */
  readonly data?: string;
  readonly samples?: number;
  readonly seed?: number;
  readonly loss?: "mse" | "cross-entropy";
  readonly precision: "f32" | "f64";
}

export interface MeasureSource {
  /** For people: what was measured. */
  readonly name: string;
  open(options: {
    readonly kernels: Kernels;
    readonly precision: "f32" | "f64";
    readonly onProgress: (fraction: number) => void;
  }): Promise<JacobianFile | HessianLinearization>;
  close(): Promise<void>;
}
