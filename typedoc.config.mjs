import { siteMarkdown } from "./scripts/site/markdown.mjs";

const layers = ["geometry", "dynamics", "models", "models/onnx", "data", "linalg", "random", "experiments"];

/** The documentation site: README, docs/ and the doc comments of every export of package.json, as static pages. */
export default {
  name: "noise-geometry",
  // the whole surface last: what a layer exports is documented there, and referred to from here
  entryPoints: [...layers.map((layer) => `src/${layer}/index.ts`), "src/index.ts"],
  tsconfig: "scripts/site/tsconfig.json",
  // npm run checks has done it
  skipErrorChecking: true,
  readme: "README.md",
  projectDocuments: ["docs/*.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  plugin: ["./scripts/site/documents.mjs"],
  markdownItLoader: siteMarkdown,
  out: "site",
  customCss: "scripts/site/site.css",
  favicon: "scripts/site/favicon.svg",
  router: "documents",
  highlightLanguages: ["sh", "js", "ts", "python", "yaml", "json"],
  ignoredHighlightLanguages: ["text", "math"],
  navigation: { includeGroups: true, excludeReferences: true },
  groupOrder: ["First steps", "Guides", "Theory", "Project", "Modules", "*"],
  sort: ["documents-first", "alphabetical"],
  disableSources: true,
  excludeInternal: true,
  // behind the types of the library's own making, which name them but are never written out
  intentionallyNotExported: [
    "Cell",
    "Constant",
    "ReadSync",
    "Residuals",
    "RowLayout",
    "Sweepable",
    "SyncByteSource",
    "TargetLosses",
    "architectureSchema",
    "elementBytes",
    "initialisationSchemes",
  ],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  requiredToBeDocumented: ["Module", "Class", "Function", "Interface", "TypeAlias", "Variable"],
};
