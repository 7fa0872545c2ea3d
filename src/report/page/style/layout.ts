export const layout = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); }
.layout, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
main { min-width: 0; }
section, .opening { padding: 2.75rem 0 0; }
.experiment { margin-top: 3.25rem; border-top: 1px solid var(--line); }
footer {
  margin-top: 4rem; padding-top: 1.25rem; padding-bottom: 2.5rem; color: var(--muted); font-size: .875rem;
}
footer p { max-width: none; border-top: 1px solid var(--line); padding-top: 1.25rem; }
.skip { position: absolute; left: -999rem; background: var(--paper); padding: .6rem 1rem; z-index: 3; }
.skip:focus { left: .5rem; top: .5rem; }
.contents { display: none; }
.pair { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.card { background: var(--surface); border-radius: .5rem; padding: 1rem 1.25rem; }
.facts {
  display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13.5rem), 1fr));
  margin: 1.75rem 0 0;
}
.facts > div { background: var(--surface); border-radius: .5rem; padding: .8rem 1rem; }
.glossary dl {
  display: grid; gap: 1rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
}
@media (min-width: 48rem) { .layout, footer { padding: 0 2rem; } }
@media screen and (min-width: 82rem) {
  .sided .layout, .sided footer { max-width: 80rem; }
  .sided .layout { display: grid; grid-template-columns: 14rem minmax(0, 58rem); gap: 4rem; }
  .sided footer { padding-left: 20rem; }
  .contents {
    display: block; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto;
    padding: 3rem 0 2rem; font-size: .875rem; line-height: 1.4;
  }
  .contents ol { list-style: none; margin: 0 0 1.25rem; padding: 0; }
  .contents li { margin: 0 0 1rem; }
  .contents p { margin: 0 0 .5rem; }
  .contents a { color: var(--ink); text-decoration: none; }
  .contents a:hover { text-decoration: underline; }
  .contents .verdict {
    display: flex; width: max-content; margin-top: .2rem; padding: 0; background: none;
    font-size: .8125rem;
  }
}`;
