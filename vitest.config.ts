import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // one more than by default: on two processors a single worker would leave one idle
    maxWorkers: "100%",
    // for a machine on which eight other things run; what hangs, hangs longer
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // by default it gives up after one second, which such a machine may take over a single look
    expect: { poll: { timeout: 30_000 } },
  },
});
