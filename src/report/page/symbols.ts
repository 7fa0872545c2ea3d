import type { Term } from "./terms.ts";

/** Further symbols, and the two matrices whose names need a word as much. */
export const SYMBOLS: readonly Term[] = [
  {
    id: "loss",
    name: "L",
    sign: "L",
    tex: String.raw`L = \frac1n \sum_i \ell_i, \quad \ell_i = \tfrac12 \lVert f(x_i;\theta) - y_i\rVert^2`,
    meaning:
      "The loss, a mean over the samples; 2L is the mean square of the residuals. Of cross-entropy where that is named.",
  },
  {
    id: "parameters",
    name: "θ",
    sign: String.raw`θ(?!\*)`,
    meaning: "All parameters of the model, as one vector.",
  },
  { id: "parameter-count", name: "p", sign: "p", meaning: "The number of parameters of the model." },
  {
    id: "sample-count",
    name: "n",
    sign: "n",
    meaning: "The number of samples that the loss is a mean over.",
  },
  {
    id: "batch-size",
    name: "B",
    sign: "B",
    meaning: "The batch size: how many samples one step of SGD draws.",
  },
  {
    id: "learning-rate",
    name: "η",
    sign: String.raw`η(?!\*)`,
    meaning: "The learning rate of SGD: the length of a step over that of its gradient.",
  },
  {
    id: "hessian",
    name: "Hessian",
    sign: "H",
    tex: String.raw`H = \nabla^2 L = G + \frac1n \sum_i r_i \nabla^2 f_i`,
    meaning:
      "The curvature of the loss: G and what the residuals r_i bend. The two are equal where the model fits the data exactly.",
  },
  {
    id: "gram-matrix",
    name: "Gram matrix",
    sign: "K",
    tex: String.raw`K = J J^{\top}`,
    meaning:
      "Inner products of the gradients of the outputs, J (empirical neural tangent kernel). The nonzero eigenvalues of K/n are those of G.",
  },
  {
    id: "eigenvalue",
    name: "λ₁, λ_k",
    sign: "λ(?:₁|_max|_k|_i)",
    meaning:
      "Eigenvalues, of G unless another matrix is named, from the largest, λ₁ = λ_max, down. 2/λ₁ is the largest learning rate at which gradient descent is stable.",
  },
  {
    id: "growth",
    name: "ρ",
    sign: "ρ",
    meaning:
      "The factor by which one step of SGD multiplies the mean square of the displacement in the long run. SGD leaves the minimum in mean square where it is above 1.",
  },
  {
    id: "missing-map",
    name: "δ",
    sign: "δ",
    tex: String.raw`r = \delta^{\top} x`,
    meaning: "What a linear model lacks of its target: the residual is linear in the input.",
  },
];
