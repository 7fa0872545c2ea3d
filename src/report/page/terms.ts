import { type Html, html, prose } from "./html.ts";

/** Words a reader may not know, explained where they first stand and again at the end of the page. */

interface Term {
  readonly id: string;
  readonly name: string;
  readonly definition: string;
}

export const TERMS: readonly Term[] = [
  {
    id: "loss-alignment",
    name: "loss alignment",
    definition:
      "μ = Tr(ΣG) / (2L‖G‖_F²): how strongly the noise covariance Σ raises the loss, relative to noise " +
      "that follows the curvature exactly. 1 means as strongly as Σ = 2L·G would.",
  },
  {
    id: "directional-alignment",
    name: "directional alignment",
    definition:
      "g(θ; v) = vᵀΣv / (2L·vᵀGv): the variance of the noise along a direction v, relative to 2L times " +
      "the curvature along it. 1 means Σ = 2L·G along v.",
  },
  {
    id: "gauss-newton-matrix",
    name: "Gauss–Newton matrix",
    definition:
      "G, the mean over the samples of J_iᵀJ_i, where J_i is the Jacobian of the model's output for " +
      "sample i. It is the curvature of the loss wherever the model fits the data exactly; its largest " +
      "eigenvalues mark the sharpest directions.",
  },
  {
    id: "effective-dimension",
    name: "effective dimension",
    definition:
      "How many directions carry the spread of the inputs: Tr(S)² / Tr(S²) for an input covariance S. " +
      "It is d when all d directions weigh the same, and near 1 when one outweighs the rest.",
  },
  {
    id: "noise-covariance",
    name: "noise covariance",
    definition:
      "Σ, the covariance of the gradient of the loss of one sample, drawn at random: the noise of SGD at batch size 1. " +
      "Σ₁ is the second moment, Σ + ∇L∇Lᵀ.",
  },
  {
    id: "stability-threshold",
    name: "stability threshold",
    definition:
      "η*, the learning rate above which SGD started beside a minimum leaves it in mean square; for gradient descent " +
      "2/λ₁, with λ₁ the largest eigenvalue of G.",
  },
  {
    id: "share-outside",
    name: "D_k",
    definition:
      "The squared displacement from the minimum outside the k sharpest eigen-directions of G, over that within them. " +
      "Large where SGD leaves along flat directions.",
  },
  {
    id: "verdict",
    name: "verdict",
    definition:
      "A check holds when its whole interval lies within its bounds, fails when the whole interval lies " +
      "outside, and is inconclusive when the interval reaches across a bound. A claim holds when all " +
      "its checks do.",
  },
  {
    id: "interval",
    name: "interval",
    definition:
      "A 95 % confidence interval over independent repetitions with random numbers of their own. Written " +
      "[low, high] beside a mean and drawn as a bar through its marker.",
  },
];

const PATTERN = new RegExp(
  `\\b(${TERMS.map((term) => term.name.replace("–", "[–-]")).join("|")})s?\\b`,
  "giu",
);

/**
 * Text with its subscripts, and with an explanation on the first use of each defined term not in `seen`,
 * which it adds to.
 */
export function explained(text: string, seen: Set<string>): Html {
  const pieces: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const term = TERMS.find(
      ({ name }) => name.toLowerCase() === match[1].toLowerCase().replace("gauss-", "gauss–"),
    );
    if (term === undefined || seen.has(term.id)) continue;
    seen.add(term.id);
    pieces.push(prose(text.slice(end, match.index)), reference(term, match[0]));
    end = match.index + match[0].length;
  }
  return html`${[...pieces, prose(text.slice(end))]}`;
}

/** The definition pops up on hover and focus; the link leads to it where neither exists. */
function reference({ id, definition }: Term, word: string): Html {
  const target = `term-${id}`;
  const link = html`<a href="#${target}" aria-describedby="${target}">${word}</a>`;
  const explanation = html`<span class="definition" aria-hidden="true">${prose(definition)}</span>`;
  return html`<span class="term">${link}${explanation}</span>`;
}

/** Throws a RangeError on an id that is none. */
export function definitionOf(id: string): string {
  const term = TERMS.find((known) => known.id === id);
  if (!term) throw new RangeError(`term: expected one of ${TERMS.map((known) => known.id)}, got ${id}`);
  return term.definition;
}

/** The list of all terms, where the references lead. */
export function glossary(): Html {
  const entries = TERMS.map(
    ({ id, name, definition }) =>
      html`<div><dt><dfn>${prose(name)}</dfn></dt><dd id="term-${id}">${prose(definition)}</dd></div>\n`,
  );
  return html`<section class="glossary" aria-labelledby="terms">
<h2 id="terms">Terms</h2>
<dl>
${entries}</dl>
</section>`;
}
