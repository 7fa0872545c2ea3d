import { identifier } from "../identifiers.ts";
import { formatFixed, formatNumber } from "../numbers.ts";
import type { ReportedExperiment } from "../reproduction.ts";
import { argumentSteps } from "./argument.ts";
import { estimateDrawing } from "./estimates.ts";
import { type Html, html, prose } from "./html.ts";
import { couldFail, margin, tightest } from "./margins.ts";
import { verdictBadge } from "./verdicts.ts";

const HEADINGS = ["Claim", "Verdict", "Tightest check", "Margin", "Checks hold", "Repetitions"] as const;

/** Every claim in a line, in the order of the paper's argument: what came out, and how close it was. */
export function overview(experiments: readonly ReportedExperiment[]): Html {
  const head = HEADINGS.map((heading) => html`<th scope="col" role="columnheader">${heading}</th>`);
  const steps = argumentSteps(experiments).map(
    (step) => html`<tbody role="rowgroup">
<tr class="step" role="row"><th scope="rowgroup" role="rowheader" colspan="${HEADINGS.length}">${step.title}</th></tr>
${step.experiments.map(line)}</tbody>\n`,
  );
  return html`<table class="overview" role="table">
<caption>Margin: distance of the mean from the nearest bound, in half-widths of its 95&nbsp;% interval. A check holds from 1 on.
Bars: allowed range, dot and line: mean and interval of the check with the smallest margin.</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
${steps}</table>`;
}

function line({ id, title, verdict, result: { checks } }: ReportedExperiment): Html {
  const deciding = tightest(checks, verdict);
  const held = checks.filter((check) => check.verdict === "holds").length;
  const cells: readonly (readonly [string, Html])[] = [
    ["outcome", verdictBadge(verdict)],
    ["strip", deciding === undefined ? html`none` : estimateDrawing(deciding)],
    ["margin", html`${marginWords(deciding && margin(deciding))}`],
    ["count", html`${held} of ${checks.length}`],
    ["repeated", html`${repetitionRange(checks.map(({ estimate }) => estimate.repetitions))}`],
  ];
  const data = cells.map(
    ([name, content], index) =>
      html`<td class="${name}" role="cell" data-heading="${HEADINGS[index + 1]}">${content}</td>`,
  );
  return html`<tr role="row"><th scope="row" role="rowheader"><a href="#${identifier(id)}">${prose(title)}</a></th>${data}</tr>\n`;
}

function marginWords(value: number | undefined): string {
  if (value === undefined) return "none";
  if (Math.abs(value) >= 100) return value > 0 ? "> 100" : "< −100";
  return formatNumber(value, 2);
}

/** "20" or "6–20". */
function repetitionRange(repetitions: readonly number[]): string {
  if (repetitions.length === 0) return "none";
  const [least, most] = [Math.min(...repetitions), Math.max(...repetitions)];
  return least === most ? formatFixed(least, 0) : `${formatFixed(least, 0)}–${formatFixed(most, 0)}`;
}

/** One sentence on how sure it is: how many checks there were, and how many of them could have come out otherwise. */
export function sureness(experiments: readonly ReportedExperiment[]): Html {
  const checks = experiments.flatMap(({ result }) => result.checks);
  const held = checks.filter(({ verdict }) => verdict === "holds").length;
  const able = checks.filter(couldFail).length;
  return html`${held} of ${checks.length} checks hold; ${able} could have failed, each with a bound set in its sentence
and an interval over independent repetitions.`;
}
