/** Only one of a figure's two drawings is displayed: the other's text is for other widths. */
export const figures = `
.plot { margin: 2.25rem 0; }
.plot h3 { margin: 0; }
.plot figcaption p { margin: .3rem 0 .9rem; color: var(--muted); font-size: .9375rem; }
.plot figcaption .otherwise { margin-top: -.5rem; }
.plot svg { display: block; height: auto; margin: 0 -10px; max-width: calc(100% + 20px); }
.plot .narrow { display: none; }
.plot .downloads { margin: .25rem 0 0; font-size: .875rem; }
@media screen and (max-width: 46rem) {
  .plot .wide { display: none; }
  .plot .narrow { display: block; }
  .plot .narrow svg { width: calc(100% + 20px); max-width: 30rem; }
}`;
