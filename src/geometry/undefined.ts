/** A quantity that has no value at this point, with the reason: reported as such, never as NaN. */
export interface Undefined {
  /** Why, in words. */
  readonly undefined: string;
}

/** Whether there is a value, rather than the reason why there is none. */
export function isDefined<T>(value: T | Undefined): value is T {
  return !(typeof value === "object" && value !== null && "undefined" in value);
}

/** The value; throws an Error with the reason where there is none. */
export function defined<T>(value: T | Undefined): T {
  if (!isDefined(value)) throw new Error(value.undefined);
  return value;
}

export const zeroLoss: Undefined = { undefined: "the loss is zero: every residual is 0" };
export const zeroGaussNewton: Undefined = {
  undefined: "the Gauss–Newton matrix is zero: every Jacobian entry is 0",
};
export const squareLossOnly: Undefined = {
  undefined: "a statement about the residuals of the square loss: it has no counterpart for cross-entropy",
};
export const flatDirection: Undefined = {
  undefined: "the model does not change along this direction to first order: vᵀGv = 0",
};
