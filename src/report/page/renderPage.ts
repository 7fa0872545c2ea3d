import { formatSeconds } from "../numbers.ts";
import type { Reproduction } from "../reproduction.ts";
import { definitions } from "./definitions.ts";
import { experimentSection } from "./experimentSection.ts";
import { type Html, html } from "./html.ts";
import { omitted } from "./omitted.ts";
import { contents, opening, QUESTION } from "./opening.ts";
import { shell } from "./shell.ts";
import { headline } from "./verdicts.ts";

/** The page of `noisegeo reproduce`: one self-contained HTML document, a function of its argument alone. */
export function renderPage(reproduction: Reproduction): string {
  const { experiments } = reproduction;
  const sections = experiments.map((experiment, index) =>
    experimentSection(experiment, index + 1, experiments.length),
  );
  return shell({
    title: QUESTION,
    summary: headline(experiments.map((experiment) => experiment.verdict)),
    contents: contents(experiments),
    main: html`${opening(reproduction)}${definitions()}${sections}${omitted(reproduction)}`,
    footer: footer(reproduction),
  });
}

function footer({ experiments, version, command, date }: Reproduction): Html {
  const kernels = [...new Set(experiments.map((experiment) => experiment.kernels))];
  const computed = kernels.length > 1 ? "kernels that are not the same for every claim" : kernels.join("");
  const seconds = experiments.reduce((sum, experiment) => sum + experiment.seconds, 0);
  return html`<p>Made by noise-geometry ${version} with ${computed} in ${formatSeconds(seconds)},
<time datetime="${date}">${date.slice(0, 10)}</time>. The whole page again: <code>${command}</code></p>`;
}
