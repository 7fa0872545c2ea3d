/** When the answers of `noisegeo advise` hold: conditions that are measured at the point, and what each answer needs of them. */
import { isDefined, type Undefined } from "../geometry/undefined.ts";

export type ConditionName =
  | "interpolation"
  | "finiteMinimum"
  | "curvature"
  | "minimum"
  | "plainSgd"
  | "samples";

export interface Condition {
  readonly name: ConditionName;
  readonly label: string;
  /** Undefined where it cannot be told, and why. */
  readonly holds: boolean | Undefined;
  /** What was measured; empty where nothing could be. */
  readonly statement: string;
  /** What follows where it does not hold. */
  readonly consequence: string;
}

/** Largest values with which a condition holds. */
export const limits = {
  /** L over the loss of predicting the mean. */
  interpolation: 0.01,
  /** Of λ_max(H)/λ_max(G) from 1, −λ_min(H)/λ₁, ‖(H−G)v₁‖/λ₁ and ‖H−G‖_F/‖G‖_F. */
  curvature: 0.1,
  /** The part of the loss that one step of GD takes away. */
  minimum: 0.01,
  /** The noise scale over n; weight decay over λ₁. */
  noiseScale: 0.1,
  weightDecay: 0.01,
} as const;

const local = ["interpolation", "finiteMinimum", "curvature", "minimum", "plainSgd"] as const;
/** What each answer needs. */
export const needs = {
  stability: local,
  gradientDescent: ["curvature", "minimum", "plainSgd"],
  alignmentBound: local,
  noiseScale: ["samples"],
  growth: local,
  escape: local,
} as const satisfies Record<string, readonly ConditionName[]>;
export type Answer = keyof typeof needs;

export interface Judgement {
  /** plainSgd only where a run says how it is trained. */
  readonly conditions: readonly Condition[];
  /** (L − least)/(L of predicting the mean − least), where least is 0 or the entropy of soft targets. */
  readonly relativeLoss: number | Undefined;
  /** ‖∇L‖²/2λ₁ over L − least: what one step of GD with η = 1/λ₁ takes away at least. */
  readonly stepShare: number | Undefined;
}

/** Whether an answer can be relied on: all that it needs holds; undefined where one of these cannot be told and none fails. */
export function validity(answer: Answer, { conditions }: Judgement): boolean | undefined {
  const needed = concerned(answer, conditions);
  if (needed.some(({ holds }) => holds === false)) return false;
  return needed.every(({ holds }) => holds === true) ? true : undefined;
}

/** The conditions that an answer needs. */
export function concerned(answer: Answer, conditions: readonly Condition[]): readonly Condition[] {
  const names: readonly ConditionName[] = needs[answer];
  return conditions.filter(({ name }) => names.includes(name));
}

/** What is known of a condition, in words. */
export function told({ statement, holds }: Condition): string {
  return [statement, ...(isDefined(holds) ? [] : [holds.undefined])].filter((part) => part !== "").join("; ");
}

/** "0.02 %", "34 %". */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
