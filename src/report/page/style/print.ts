/** On paper: light, everything unfolded, nothing torn apart, addresses of other sites written out. */
export const print = `
@media print {
  @page { margin: 18mm 16mm; }
  body { font-size: 10.5pt; line-height: 1.45; }
  .skip, .contents, .downloads, .definition { display: none !important; }
  .layout, footer { max-width: none; padding: 0; }
  .experiment { break-before: page; border-top: 0; margin-top: 0; }
  .plot, .card, tr, .claim, .glossary dl > div, .facts > div { break-inside: avoid; }
  h2, h3, figcaption { break-after: avoid; }
  .verdict, .gauge, .card { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  /* the raw measurements are wider than paper; their file holds them all */
  .experiment > .numbers { display: none; }
  .scroll { overflow: visible; }
  .numbers table, .numbers thead th { font-size: 7.5pt; }
  .numbers th, .numbers td { padding-right: .8rem; white-space: normal; }
  a, .term a { color: inherit; text-decoration: none; }
  a[href^="http"]::after { content: " (" attr(href) ")"; }
}`;
