import type { Check } from "../../experiments/experiment.ts";
import { formatEstimate, formatNumber } from "../numbers.ts";
import { type Html, html } from "./html.ts";

/** The mean and its interval in one phrase: "0.998 [0.991, 1.004]". */
export function estimatePhrase({ estimate }: Check): Html {
  const { mean, low, high } = formatEstimate(estimate);
  const interval = html`<span class="interval">[${low}, ${high}]</span>`;
  return html`<span class="estimate"><strong>${mean}</strong> ${interval}</span>`;
}

/** What the interval was held against, in words. */
export function boundPhrase({ atLeast, atMost }: Check): string {
  if (atLeast !== undefined && atMost !== undefined)
    return `${formatNumber(atLeast)} to ${formatNumber(atMost)}`;
  if (atLeast !== undefined) return `≥ ${formatNumber(atLeast)}`;
  return atMost === undefined ? "none" : `≤ ${formatNumber(atMost)}`;
}

const WIDTH = 132;
const HEIGHT = 18;
/** Left free at either end; more where the allowed range runs on to the edge. */
const CLOSED_MARGIN = 8;
const OPEN_MARGIN = 18;

/**
 * The same drawn small: allowed range as a shaded bar, interval as a line, mean as a dot. Nothing where a
 * number is missing.
 */
export function estimateDrawing({ estimate, atLeast, atMost, verdict }: Check): Html {
  const bounds = [atLeast, atMost].filter((bound) => bound !== undefined);
  const numbers = [estimate.mean, estimate.low, estimate.high, ...bounds];
  const least = Math.min(...numbers);
  const span = Math.max(...numbers) - least;
  if (!(span > 0) || !Number.isFinite(span) || bounds.length === 0) return html``;
  const margin = bounds.length === 2 ? CLOSED_MARGIN : OPEN_MARGIN;
  const at = (value: number) => round(margin + ((value - least) / span) * (WIDTH - 2 * margin));
  const left = atLeast === undefined ? 0 : at(atLeast);
  const right = atMost === undefined ? WIDTH : at(atMost);
  const [middle, foot] = [HEIGHT / 2, HEIGHT - 1];
  const size = html`viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  return html`<svg class="gauge ${verdict}" ${size} aria-hidden="true">
<rect class="allowed" x="${left}" y="2" width="${round(Math.max(0, right - left))}" height="${HEIGHT - 4}"/>
${bounds.map((bound) => html`<path class="bound" d="M${at(bound)} 1V${foot}"/>`)}
<path class="spread" d="M${at(estimate.low)} ${middle}H${at(estimate.high)}"/>
<circle cx="${at(estimate.mean)}" cy="${middle}" r="3.4"/>
</svg>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
