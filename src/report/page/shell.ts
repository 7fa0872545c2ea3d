import { definitionScript } from "./definitionScript.ts";
import { glossary } from "./glossary.ts";
import { type Html, html, trusted } from "./html.ts";
import { stylesheet } from "./stylesheet.ts";

export interface Shell {
  readonly title: string;
  /** One sentence for search results and link previews. */
  readonly summary: string;
  /** Beside the content on wide screens. */
  readonly contents?: Html;
  readonly main: Html;
  readonly footer: Html;
}

/** A complete page of its own: styles and the few lines that close definitions inside, nothing loaded from anywhere. */
export function shell({ title, summary, contents, main, footer }: Shell): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${summary}">
<meta name="generator" content="noise-geometry">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(stylesheet())}</style>
</head>
<body class="${contents === undefined ? "single" : "sided"}">
<a class="skip" href="#content">Skip to content</a>
<div class="layout">
${contents}
<main id="content">
${main}
${glossary()}
</main>
</div>
<footer>${footer}</footer>
<script>${trusted(definitionScript)}</script>
</body>
</html>
`.markup;
}
