/** Activations with a kink or none: their second derivative is 0. `slope` is that of leakyReLU below 0, in all lanes. */
import { all, atLeast, times, wherePositive } from "./lanes";

export class Identity {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    return z;
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    return all<T>(1);
  }
}

export class ReLU {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    return atLeast<T>(z, 0);
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    return wherePositive<T>(z, all<T>(1), all<T>(0));
  }
}

export class LeakyReLU {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    return times<T>(z, wherePositive<T>(z, all<T>(1), slope));
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    return wherePositive<T>(z, all<T>(1), slope);
  }
}
