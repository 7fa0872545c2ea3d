export const text = `
body {
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
h1, h2, h3 { line-height: 1.25; margin: 0; text-wrap: balance; overflow-wrap: break-word; }
h1 { font-size: clamp(1.7rem, 1.2rem + 2.2vw, 2.5rem); letter-spacing: -.015em; }
h2 { font-size: clamp(1.35rem, 1.1rem + 1vw, 1.75rem); letter-spacing: -.01em; margin-bottom: .9rem; }
h3 { font-size: 1.0625rem; margin: 2rem 0 .6rem; }
p, ul, .glossary dd { max-width: 70ch; margin: .75rem 0; overflow-wrap: break-word; }
p, li, dt { position: relative; }
sub { font-size: .75em; line-height: 0; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px;
}
code {
  font: .875em ui-monospace, "SF Mono", "Cascadia Code", Menlo, "DejaVu Sans Mono", monospace;
  background: var(--surface); border-radius: .25rem; padding: .15em .4em; overflow-wrap: anywhere;
  -webkit-box-decoration-break: clone; box-decoration-break: clone;
}
math { font-size: 1.1em; }
.glossary math[display=block] { margin: .3rem 0 .5rem; }
.card math { font-size: 1.3em; }
.eyebrow { margin: 0 0 .5rem; color: var(--muted); font-size: .875rem; font-weight: 600; }
.headline { font-size: clamp(1.15rem, 1rem + .8vw, 1.4rem); line-height: 1.4; margin: .9rem 0 1.1rem; }
.sided .opening { padding-top: 1.25rem; }
.sided .opening h1 { font-size: clamp(1.35rem, 1.1rem + 1.2vw, 1.9rem); }
.sided .opening p:not(.eyebrow, .headline) { max-width: none; font-size: .9375rem; line-height: 1.45; margin: .5rem 0; }
.sided .opening .headline { margin: .35rem 0; }
.claim { border-left: 4px solid var(--line); padding-left: 1rem; margin: 1.1rem 0; color: var(--muted); }
.outcome { margin: 1.25rem 0 .5rem; }
.outcome .verdict { font-size: 1.0625rem; padding: .3em .9em .3em .6em; }
.verdict {
  display: inline-flex; align-items: center; gap: .45em; border-radius: 2em;
  padding: .15em .7em .15em .45em; font-size: .9375rem; font-weight: 600; line-height: 1.4;
  white-space: nowrap;
}
.verdict svg { flex: none; fill: currentColor; }
.verdict .sign {
  fill: none; stroke: var(--paper); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round;
}
.holds { color: var(--holds); background: var(--holds-tint); }
.fails { color: var(--fails); background: var(--fails-tint); }
.inconclusive { color: var(--inconclusive); background: var(--inconclusive-tint); }
.card h3 { margin: 0 0 .75rem; }
.card p { margin: .75rem 0 0; font-size: .9375rem; }
.setting { padding-left: 1.2rem; }
.setting li { margin: .25rem 0; }
.warnings { list-style: none; margin: 1.25rem 0; padding: 0; max-width: 70ch; }
.warnings li { border-left: 4px solid var(--fails); padding-left: 1rem; margin: .75rem 0; }
.printed { display: none; }
.downloads, .command, .printed { font-size: .9375rem; color: var(--muted); }
.facts dt { color: var(--muted); font-size: .875rem; line-height: 1.4; }
.facts dd { margin: .25rem 0 0; line-height: 1.35; overflow-wrap: break-word; }
.facts strong { font-size: 1.375rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.facts .note { display: block; margin-top: .2rem; color: var(--muted); font-size: .875rem; }
.glossary dfn { font-style: normal; font-weight: 600; }
.glossary dd { margin: .15rem 0 0; font-size: .9375rem; color: var(--muted); }
.term a { color: inherit; text-decoration: underline dotted; text-decoration-thickness: 1px; }
.definition {
  display: none; position: absolute; left: 0; right: 0; z-index: 2; max-width: 34rem; margin-top: 1.65em;
  padding: .75rem 1rem; background: var(--paper); color: var(--ink); border: 1px solid var(--line);
  border-radius: .5rem; box-shadow: 0 .5rem 1.5rem rgb(0 0 0 / .18); font-size: .9375rem;
  font-weight: 400; line-height: 1.5;
}
.definition math { display: block math; margin: .2rem 0 .6rem; overflow-x: auto; }
.term:is(:hover, :focus-within, .opened) .definition { display: block; }
.term.closed .definition { display: none; }
.checks th { position: relative; }`;
