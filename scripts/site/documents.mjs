// What typedoc leaves to a plugin: documents named by their headings and grouped, functions that theory.md and map.md name
// linked to their pages, and sources that documents link to as text, which browsers show.
import { readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { Converter, PageEvent, ReflectionKind, RendererEvent, StructureRouter } from "typedoc";

const groups = {
  "First steps": ["tutorial", "measure", "train", "advise", "explore"],
  Theory: ["theory", "map", "referees", "limits", "neighbours"],
  Project: ["architecture", "contract", "numbers", "robustness", "speed", "CONTRIBUTING", "CHANGELOG"],
};
const groupOf = (name) => Object.keys(groups).find((group) => groups[group].includes(name)) ?? "Guides";
const linkedDocuments = ["theory", "map"];
const asText = /\.(ts|py|yaml|svelte|md)$/;

/** @param {import("typedoc").Application} app */
export function load(app) {
  const linked = [];
  const fileNames = new Map();

  app.renderer.defineRouter(
    "documents",
    class extends StructureRouter {
      getIdealBaseName(reflection) {
        const name = fileNames.get(reflection);
        return name ? `docs/${name}` : super.getIdealBaseName(reflection);
      }
    },
  );

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const name = basename(document.name);
    if (linkedDocuments.includes(name)) linked.push(document);
    fileNames.set(document, name);
    document.frontmatter.group ??= groupOf(name);
    const heading = document.content.find(({ text }) => /^# /m.test(text))?.text;
    if (heading) document.name = /^# (.+)$/m.exec(heading)[1];
  });

  app.converter.on(Converter.EVENT_RESOLVE_END, (context) => {
    // the page has the package's name as its title already
    const [first] = context.project.readme ?? [];
    if (first) first.text = first.text.replace(/^# .+\n/, "");
    const kinds =
      ReflectionKind.Function | ReflectionKind.Interface | ReflectionKind.TypeAlias | ReflectionKind.Variable;
    const exported = new Map(
      context.project.getReflectionsByKind(kinds).map((reflection) => [`\`${reflection.name}\``, reflection]),
    );
    for (const document of linked)
      document.content = document.content.map((part) => {
        const target = part.kind === "code" ? exported.get(part.text) : undefined;
        return target ? { kind: "inline-tag", tag: "@linkcode", text: target.name, target } : part;
      });
  });

  app.renderer.on(PageEvent.END, (page) => {
    page.contents = page.contents?.replace(
      /(href="[^"]*media\/[^"]+\.(?:ts|py|yaml|svelte|md))"/g,
      '$1.txt"',
    );
  });
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    const media = join(outputDirectory, "media");
    for (const name of readdirSync(media).filter((file) => asText.test(file)))
      renameSync(join(media, name), join(media, `${name}.txt`));
  });
}
