import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    // Every suite owns its port and folder, so files may run side by side; two cores are what CI has.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      // These files leave nothing behind, so they share what they import: that is a fourth of their time.
      { extends: true, test: { name: "shared", include: ["test/{unit,api}/**/*.test.ts"], isolate: false } },
      // Workflows may still be going when a file is done, and some of these measure their process.
      { extends: true, test: { name: "apart", include: ["test/!(unit|api)/**/*.test.ts"] } },
    ],
  },
});
