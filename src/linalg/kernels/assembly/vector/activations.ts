/**
 * One function per activation, derivative and precision, named as ../../vectorModule.ts looks them up: a common one with
 * a switch inside would be too large to be optimised soon.
 */
import { GELU } from "./gaussian";
import { GELUTanh, Sigmoid, SiLU, Softplus, Tanh } from "./logistic";
import { derivatives, secondDerivatives, values, valuesAndSlopes } from "./map";
import { Identity, LeakyReLU, ReLU } from "./piecewise";

export function identity32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, Identity>(slope, n, x, out);
}
export function identityDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, Identity>(slope, n, x, t, out);
}
export function identity64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, Identity>(slope, n, x, out);
}
export function identityDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, Identity>(slope, n, x, t, out);
}

export function relu32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, ReLU>(slope, n, x, out);
}
export function reluDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, ReLU>(slope, n, x, t, out);
}
export function relu64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, ReLU>(slope, n, x, out);
}
export function reluDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, ReLU>(slope, n, x, t, out);
}

export function leakyReLU32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, LeakyReLU>(slope, n, x, out);
}
export function leakyReLUDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, LeakyReLU>(slope, n, x, t, out);
}
export function leakyReLU64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, LeakyReLU>(slope, n, x, out);
}
export function leakyReLUDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, LeakyReLU>(slope, n, x, t, out);
}

export function tanh32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, Tanh>(slope, n, x, out);
}
export function tanhDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, Tanh>(slope, n, x, t, out);
}
export function tanhWithSlope32(slope: f32, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f32, Tanh>(slope, n, x, out, slopes);
}
export function tanhSecond32(slope: f32, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f32, Tanh>(slope, n, x, a, b, out);
}
export function tanh64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, Tanh>(slope, n, x, out);
}
export function tanhDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, Tanh>(slope, n, x, t, out);
}
export function tanhWithSlope64(slope: f64, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f64, Tanh>(slope, n, x, out, slopes);
}
export function tanhSecond64(slope: f64, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f64, Tanh>(slope, n, x, a, b, out);
}

export function sigmoid32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, Sigmoid>(slope, n, x, out);
}
export function sigmoidDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, Sigmoid>(slope, n, x, t, out);
}
export function sigmoidWithSlope32(slope: f32, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f32, Sigmoid>(slope, n, x, out, slopes);
}
export function sigmoidSecond32(slope: f32, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f32, Sigmoid>(slope, n, x, a, b, out);
}
export function sigmoid64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, Sigmoid>(slope, n, x, out);
}
export function sigmoidDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, Sigmoid>(slope, n, x, t, out);
}
export function sigmoidWithSlope64(slope: f64, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f64, Sigmoid>(slope, n, x, out, slopes);
}
export function sigmoidSecond64(slope: f64, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f64, Sigmoid>(slope, n, x, a, b, out);
}

export function softplus32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, Softplus>(slope, n, x, out);
}
export function softplusDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, Softplus>(slope, n, x, t, out);
}
export function softplusWithSlope32(slope: f32, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f32, Softplus>(slope, n, x, out, slopes);
}
export function softplusSecond32(slope: f32, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f32, Softplus>(slope, n, x, a, b, out);
}
export function softplus64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, Softplus>(slope, n, x, out);
}
export function softplusDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, Softplus>(slope, n, x, t, out);
}
export function softplusWithSlope64(slope: f64, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f64, Softplus>(slope, n, x, out, slopes);
}
export function softplusSecond64(slope: f64, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f64, Softplus>(slope, n, x, a, b, out);
}

export function silu32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, SiLU>(slope, n, x, out);
}
export function siluDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, SiLU>(slope, n, x, t, out);
}
export function siluWithSlope32(slope: f32, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f32, SiLU>(slope, n, x, out, slopes);
}
export function siluSecond32(slope: f32, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f32, SiLU>(slope, n, x, a, b, out);
}
export function silu64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, SiLU>(slope, n, x, out);
}
export function siluDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, SiLU>(slope, n, x, t, out);
}
export function siluWithSlope64(slope: f64, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f64, SiLU>(slope, n, x, out, slopes);
}
export function siluSecond64(slope: f64, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f64, SiLU>(slope, n, x, a, b, out);
}

export function gelu32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, GELU>(slope, n, x, out);
}
export function geluDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, GELU>(slope, n, x, t, out);
}
export function geluWithSlope32(slope: f32, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f32, GELU>(slope, n, x, out, slopes);
}
export function geluSecond32(slope: f32, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f32, GELU>(slope, n, x, a, b, out);
}
export function gelu64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, GELU>(slope, n, x, out);
}
export function geluDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, GELU>(slope, n, x, t, out);
}
export function geluWithSlope64(slope: f64, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f64, GELU>(slope, n, x, out, slopes);
}
export function geluSecond64(slope: f64, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f64, GELU>(slope, n, x, a, b, out);
}

export function geluTanh32(slope: f32, n: isize, x: usize, out: usize): void {
  values<f32, GELUTanh>(slope, n, x, out);
}
export function geluTanhDerivative32(slope: f32, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f32, GELUTanh>(slope, n, x, t, out);
}
export function geluTanhWithSlope32(slope: f32, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f32, GELUTanh>(slope, n, x, out, slopes);
}
export function geluTanhSecond32(slope: f32, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f32, GELUTanh>(slope, n, x, a, b, out);
}
export function geluTanh64(slope: f64, n: isize, x: usize, out: usize): void {
  values<f64, GELUTanh>(slope, n, x, out);
}
export function geluTanhDerivative64(slope: f64, n: isize, x: usize, t: usize, out: usize): void {
  derivatives<f64, GELUTanh>(slope, n, x, t, out);
}
export function geluTanhWithSlope64(slope: f64, n: isize, x: usize, out: usize, slopes: usize): void {
  valuesAndSlopes<f64, GELUTanh>(slope, n, x, out, slopes);
}
export function geluTanhSecond64(slope: f64, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  secondDerivatives<f64, GELUTanh>(slope, n, x, a, b, out);
}
