/**
 * Tables of sentences become cards on phones, each number with its heading; tables of numbers scroll in a
 * frame of their own.
 */
export const tables = `
table { border-collapse: collapse; width: 100%; font-size: .9375rem; line-height: 1.45; }
caption { text-align: left; color: var(--muted); font-size: .875rem; padding-bottom: .4rem; }
th, td {
  text-align: left; vertical-align: top; padding: .7rem 1rem .7rem 0; border-top: 1px solid var(--line);
}
thead th {
  color: var(--muted); font-size: .8125rem; font-weight: 600; border-top: 0; padding: .3rem 1rem .3rem 0;
  vertical-align: bottom;
}
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 400; }
.estimate { font-variant-numeric: tabular-nums; }
.estimate .interval { color: var(--muted); white-space: nowrap; }
.overview { margin-top: .5rem; font-size: .8125rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.overview caption { caption-side: bottom; padding: .5rem 0 0; font-size: .8125rem; }
.overview th, .overview td { padding: .1rem .8rem .1rem 0; vertical-align: middle; }
.overview thead th { padding-bottom: 0; }
.overview .step th { padding-top: .4rem; font-weight: 600; border-top: 0; }
.overview .gauge { margin: 0; width: 6.5rem; height: 1rem; }
.overview .outcome { margin: 0; }
.overview .verdict { font-size: .8125rem; padding: .05em .6em .05em .35em; }
.overview :is(.margin, .count, .repeated) { white-space: nowrap; }
.statement, .repetitions { display: block; color: var(--muted); font-size: .875rem; }
.checks tbody th { width: 42%; }
.answers { margin-top: 1.75rem; }
.answers tbody th { width: 58%; }
.answers strong { font-variant-numeric: tabular-nums; font-weight: 600; }
.conditions tbody th { width: 24%; }
.bounds { font-variant-numeric: tabular-nums; }
.gauge { display: block; margin-top: .35rem; max-width: 100%; background: none; fill: currentColor; }
.gauge .allowed { fill: var(--line); opacity: .6; }
.gauge .bound { stroke: var(--muted); stroke-width: 1.5; }
.gauge .spread { stroke: currentColor; stroke-width: 2; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.scroll { overflow-x: auto; }
.numbers { margin: 1.25rem 0; }
:is(.numbers, .seen) > summary {
  cursor: pointer; width: max-content; max-width: 100%; font-weight: 600; padding: .25rem 0;
}
.numbers table { width: auto; font-size: .8125rem; margin-top: .5rem; }
.numbers th, .numbers td { padding: .3rem 1.5rem .3rem 0; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media screen and (max-width: 46rem) {
  .overview { display: flex; flex-direction: column; }
  .overview caption { order: 9; }
  .overview caption, .overview tbody, .overview .step, .overview .step th { display: block; }
  .overview thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .overview tr:not(.step) {
    display: grid; grid-template-columns: max-content 1fr max-content max-content; gap: .1rem .6rem; align-items: center;
    border-top: 1px solid var(--line); padding: .35rem 0;
  }
  .overview tr:not(.step) th { grid-column: 1 / -1; }
  .overview tr:not(.step) :is(th, td) { border: 0; padding: 0; }
  .overview .strip .gauge { width: 100%; max-width: 7rem; }
  .overview .repeated { display: none; }
  .stacking, .stacking caption, .stacking tbody, .stacking tr, .stacking th, .stacking td {
    display: block; width: auto;
  }
  .stacking thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacking tr { border-top: 1px solid var(--line); padding: .9rem 0; }
  .stacking tbody th, .stacking tbody td { width: auto; border: 0; padding: 0; }
  .stacking tbody td { margin-top: .5rem; }
  .stacking td:has(.estimate, .bounds)::before {
    content: attr(data-heading); display: block; color: var(--muted); font-size: .8125rem;
  }
}`;
