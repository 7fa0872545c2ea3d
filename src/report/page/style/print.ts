/** On paper: light, unfolded but for measurements, nothing torn apart, addresses of other sites written out. */
export const print = `
@media print {
  @page { margin: 14mm 16mm; }
  /* sizes of text and gaps are in units of it */
  html { font-size: 9pt; }
  body { line-height: 1.4; }
  p, ul, .glossary dd { max-width: none; }
  .plot { margin: 1rem 0; }
  .plot svg { width: 96%; max-width: none; margin: 0; }
  .setting { font-size: .9375rem; }
  .checks tbody th { width: 58%; }
  .checks :is(th, td) { padding-top: .35rem; padding-bottom: .35rem; }
  .skip, .contents, .downloads, .definition { display: none !important; }
  .layout, footer { max-width: none; padding: 0; }
  section, .opening { padding-top: 1.5rem; }
  .experiment { margin-top: 1.5rem; }
  h2, h3, .plot, .card, tr, .claim, .glossary dl > div, .facts > div { break-inside: avoid; }
  .eyebrow, h2, h3, figcaption { break-after: avoid; }
  .verdict, .gauge, .card { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  /* measurements and points would fill most of the paper; it says which files hold them */
  .experiment .numbers { display: none; }
  .printed { display: block; }
  .scroll { overflow: visible; }
  .numbers table, .numbers thead th { font-size: 7.5pt; }
  .numbers th, .numbers td { padding-right: .8rem; white-space: normal; }
  a, .term a { color: inherit; text-decoration: none; }
  a[href^="http"]::after { content: " (" attr(href) ")"; }
}`;
