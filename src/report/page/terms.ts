/**
 * Words and symbols that a reader may not know. The page explains them where they first stand in a section, and again at its
 * end.
 */

export interface Term {
  readonly id: string;
  readonly name: string;
  /** The sign that stands for it, as a regular expression's source; case counts. */
  readonly sign?: string;
  /** Its formula, for MathML. */
  readonly tex?: string;
  /** What it is, in a sentence or two beside the formula. */
  readonly meaning: string;
}

export interface NamedTerm extends Term {
  /** Formula and meaning as plain text. */
  readonly definition: string;
}

/** The terms of every report, in the order of the list at the end of a page. */
export const TERMS: readonly NamedTerm[] = [
  term({
    id: "loss-alignment",
    name: "loss alignment",
    sign: "μ₁?",
    tex: String.raw`\mu = \frac{\operatorname{Tr}(\Sigma G)}{2L\,\lVert G\rVert_F^2}`,
    formula: "μ = Tr(ΣG) / (2L‖G‖_F²)",
    meaning:
      "How strongly the noise covariance Σ raises the loss, relative to noise " +
      "that follows the curvature exactly. 1 means as strongly as Σ = 2L·G would. μ₁ has Σ₁ in place of Σ.",
  }),
  term({
    id: "directional-alignment",
    name: "directional alignment",
    sign: String.raw`g₁?\((?:θ; ?)?[vP](?:_k)?\)|g₁`,
    tex: String.raw`g(\theta; v) = \frac{v^{\top}\Sigma\, v}{2L\; v^{\top} G\, v}`,
    formula: "g(θ; v) = vᵀΣv / (2L·vᵀGv)",
    meaning:
      "The variance of the noise along a direction v, relative to 2L times " +
      "the curvature along it. 1 means Σ = 2L·G along v. g₁ has Σ₁ in place of Σ.",
  }),
  term({
    id: "gauss-newton-matrix",
    name: "Gauss–Newton matrix",
    sign: "G",
    tex: String.raw`G = \frac1n \sum_i J_i^{\top} J_i`,
    formula: "G = (1/n) Σ_i J_iᵀJ_i",
    meaning:
      "The Jacobian of the model's output for " +
      "sample i is J_i. G is the curvature of the loss wherever the model fits the data exactly; its largest " +
      "eigenvalues mark the sharpest directions.",
  }),
  term({
    id: "effective-dimension",
    name: "effective dimension",
    sign: "d_eff",
    tex: String.raw`d_{\text{eff}} = \frac{\operatorname{Tr}(S)^2}{\operatorname{Tr}(S^2)}`,
    formula: "d_eff = Tr(S)² / Tr(S²)",
    meaning:
      "How many directions carry the spread of the inputs, for an input covariance S. " +
      "It is d when all d directions weigh the same, and near 1 when one outweighs the rest.",
  }),
  term({
    id: "noise-covariance",
    name: "noise covariance",
    sign: "Σ₁?(?![_{])",
    tex: String.raw`\Sigma = \Sigma_1 - \nabla L\, \nabla L^{\top}, \quad \Sigma_1 = \frac1n \sum_i \nabla\ell_i\, \nabla\ell_i^{\top}`,
    formula: "Σ = Σ₁ − ∇L∇Lᵀ",
    meaning:
      "The covariance of the gradient of the loss of one sample, drawn at random: the noise of SGD at batch size 1. " +
      "Σ₁ is the second moment.",
  }),
  term({
    id: "stability-threshold",
    name: "stability threshold",
    sign: String.raw`η\*`,
    meaning:
      "The learning rate above which SGD started beside a minimum leaves it in mean square; for gradient descent " +
      "2/λ₁, with λ₁ the largest eigenvalue of G.",
  }),
  term({
    id: "share-outside",
    name: "D_k",
    sign: String.raw`D_[k1](?:\((?:t|∞)\))?`,
    tex: String.raw`D_k = \frac{\sum_{i>k} \lambda_i\, \mathbb{E}\, w_i^2}{\sum_{i\le k} \lambda_i\, \mathbb{E}\, w_i^2}`,
    formula: "D_k = Σ_{i>k}λ_iEw_i² / Σ_{i≤k}λ_iEw_i²",
    meaning:
      "The loss that the displacement w from the minimum makes outside the k sharpest eigen-directions of G, over that within them. " +
      "Large where SGD leaves along flat directions.",
  }),
  term({
    id: "verdict",
    name: "verdict",
    meaning:
      "A check holds when its whole interval lies within its bounds, fails when the whole interval lies " +
      "outside, and is inconclusive when the interval reaches across a bound. A claim holds when all " +
      "its checks do.",
  }),
  term({
    id: "interval",
    name: "interval",
    meaning:
      "A 95 % confidence interval over independent repetitions with random numbers of their own. Written " +
      "[low, high] beside a mean and drawn as a bar through its marker.",
  }),
];

/** Throws a RangeError on an id that is none. */
export function definitionOf(id: string): string {
  const found = TERMS.find((known) => known.id === id);
  if (!found) throw new RangeError(`term: expected one of ${TERMS.map((known) => known.id)}, got ${id}`);
  return found.definition;
}

/** Names are words, or signs themselves. */
export function isWord(name: string): boolean {
  return /\p{Ll}{3}/u.test(name);
}

function term({ formula, ...rest }: Term & { readonly formula?: string }): NamedTerm {
  return { ...rest, definition: formula === undefined ? rest.meaning : `${formula}. ${rest.meaning}` };
}
