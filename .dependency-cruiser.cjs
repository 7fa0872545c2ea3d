// The layers of docs/architecture.md: imports run downward in this order, never up, and never in a circle.
const layers = [
  "linalg",
  "random",
  "data",
  "models",
  "geometry",
  "dynamics",
  "experiments",
  "report",
  "runs",
  "engines",
  "serve",
  "cli",
];
/** Layers that have no need of each other although the order would allow it. */
const strangers = [
  ["random", "linalg"],
  ["geometry", "data"],
  ["experiments", "cli"],
  ["runs", "report"],
  ["engines", "report"],
  ["engines", "experiments"],
  ["serve", "engines"],
  ["serve", "report"],
  ["serve", "experiments"],
];

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^src", pathNot: "\\.d\\.ts$" },
      to: {},
    },
    ...layers.slice(0, -1).map((layer, position) => ({
      name: `${layer}-imports-downward`,
      severity: "error",
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(${layers.slice(position + 1).join("|")})/` },
    })),
    ...strangers.map(([layer, other]) => ({
      name: `${layer}-needs-no-${other}`,
      severity: "error",
      from: { path: `^src/${layer}/` },
      to: { path: `^src/${other}/` },
    })),
    {
      name: "models-behind-the-waist",
      comment: "geometry sees a model only as a Linearization",
      severity: "error",
      from: { path: "^src/geometry/" },
      to: { path: "^src/models/", pathNot: "^src/models/linearization\\.ts$" },
    },
    {
      name: "not-from-tests",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench)/" },
    },
    {
      name: "nothing-needs-the-explorer",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^explorer/" },
    },
    {
      name: "views-stand-alone",
      severity: "error",
      from: { path: "^explorer/src/views/([^/]+)/" },
      to: { path: "^explorer/src/views/", pathNot: "^explorer/src/views/$1/" },
    },
    {
      name: "browser-safe",
      comment: "what the explorer loads in a page has no node: modules",
      severity: "error",
      from: { path: "^explorer/src/" },
      to: {
        path: "^src/(runs|serve|cli)/|^src/linalg/kernels/(native|select)|^src/data/(index|.*Writer)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "node-only-at-the-edges",
      comment:
        "numerics also run in a browser: node: modules only where files, processes or native libraries are the point",
      severity: "error",
      from: {
        path: "^src/(random|models|geometry|dynamics|experiments)/",
        pathNot: "^src/models/jacobianFile\\.ts$",
      },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "src/(linalg/kernels|random)/assembly" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
