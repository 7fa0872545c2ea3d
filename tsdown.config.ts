import { defineConfig } from "tsdown";

const common = {
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  fixedExtension: false,
  // scripts/prepareBuild.mjs does it, once for both
  clean: false,
} as const;

export default defineConfig([
  {
    ...common,
    entry: [
      "src/index.ts",
      "src/linalg/index.ts",
      "src/random/index.ts",
      "src/data/index.ts",
      "src/models/index.ts",
      "src/models/onnx/index.ts",
      "src/geometry/index.ts",
      "src/dynamics/index.ts",
      "src/experiments/index.ts",
    ],
    dts: true,
  },
  {
    // by itself, so that starting a command loads what that command needs and no chunk that the library shares; small
    // packages of many files load several times faster from one (their licences: scripts/prepareBuild.mjs)
    ...common,
    entry: ["src/cli/main.ts", "src/cli/jobThread.ts"],
    outDir: "dist/cli",
    deps: { alwaysBundle: ["zod", "yaml", "commander", "picocolors"], onlyBundle: false },
    outputOptions: {
      codeSplitting: {
        // one file each for what every command runs and for what a measurement needs: forty small ones take 25 ms longer
        groups: [
          {
            name: "main",
            test: /src\/(inputError|version|cli\/commandEnd)\.ts$|node_modules\/commander\//,
            priority: 1,
          },
          { name: "measure", test: /src\/cli\/measure(Source)?\.ts$/ },
        ],
      },
    },
  },
]);
