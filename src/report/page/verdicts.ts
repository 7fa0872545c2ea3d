import type { Verdict } from "../../experiments/experiment.ts";
import { type Html, html } from "./html.ts";

/** Each verdict has its own outline and sign, so that it reads without colour. */
const SIGNS: Readonly<Record<Verdict, Html>> = {
  holds: html`<circle cx="8" cy="8" r="7.2"/><path class="sign" d="M4.6 8.4 7 10.8 11.6 5.6"/>`,
  fails: html`<rect x="1" y="1" width="14" height="14" rx="2"/><path class="sign" d="M5 5 11 11M11 5 5 11"/>`,
  inconclusive: html`<path d="M8 .6 15.4 8 8 15.4 .6 8Z"/><path class="sign" d="M4.9 8.7q1.5-2 3.1-.6t3.1-.7"/>`,
};

/** The verdict as a shape and a word, its own unless another is given. */
export function verdictBadge(verdict: Verdict, word: string = verdict): Html {
  const sign = html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${SIGNS[verdict]}</svg>`;
  return html`<span class="verdict ${verdict}">${sign}${word}</span>`;
}

/** One sentence on all claims: "4 of 5 claims hold, 1 is inconclusive." */
export function headline(verdicts: readonly Verdict[]): string {
  const count = (verdict: Verdict) => verdicts.filter((other) => other === verdict).length;
  const [total, holding, failing, open] = [
    verdicts.length,
    count("holds"),
    count("fails"),
    count("inconclusive"),
  ];
  if (total === 0) return "No claim was tested.";
  if (total === 1)
    return {
      holds: "The claim holds.",
      fails: "The claim fails.",
      inconclusive: "The claim is inconclusive.",
    }[verdicts[0]];
  if (holding === total) return total === 2 ? "Both claims hold." : `All ${total} claims hold.`;
  const others = [
    failing === 0 ? "" : `${failing} ${failing === 1 ? "fails" : "fail"}`,
    open === 0 ? "" : `${open} ${open === 1 ? "is" : "are"} inconclusive`,
  ].filter((part) => part !== "");
  if (holding === 0) return `None of the ${total} claims holds: ${others.join(", ")}.`;
  return [`${holding} of ${total} claims ${holding === 1 ? "holds" : "hold"}`, ...others]
    .join(", ")
    .concat(".");
}
