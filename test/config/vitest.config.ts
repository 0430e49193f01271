import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    // Every suite owns its port and folder, so files may run side by side; two cores are what CI has.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      // Its files leave nothing behind, so they share what they import: that is a third of their time.
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false } },
      { extends: true, test: { name: "whole", include: ["test/!(unit)/**/*.test.ts"] } },
    ],
  },
});
