import { defineConfig } from "tsdown";

export default defineConfig({
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
    "src/cli/main.ts",
  ],
  format: "esm",
  platform: "node",
  target: "node20",
  dts: true,
  sourcemap: true,
  fixedExtension: false,
});
