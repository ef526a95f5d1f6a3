import { defineConfig } from "vitest/config";

/** `unit`: fast, no servers. `engine`: real databases, real HTTP. `simulation`: the engine from seeds. `browser`: real Chromium. */
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    projects: [
      {
        test: {
          name: "unit",
          root: new URL("..", import.meta.url).pathname,
          include: [
            "tests/architecture.test.ts",
            "tests/engine/core/**/*.test.ts",
            "tests/channels/**/*.test.ts",
            "tests/editor/**/*.test.ts",
            "tests/flows/**/*.test.ts",
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "engine",
          root: new URL("..", import.meta.url).pathname,
          include: ["tests/engine/**/*.test.ts"],
          exclude: ["tests/engine/core/**"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "simulation",
          root: new URL("..", import.meta.url).pathname,
          include: ["tests/simulation/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "chaos",
          // 15 s is the promise, and what `npm run chaos` judges; tests share their machine.
          env: { CHAOS_RECOVERY_MS: "30000" },
          root: new URL("..", import.meta.url).pathname,
          include: ["tests/chaos/**/*.test.ts"],
          // Several real processes each: one file after the other.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          // A real browser beside real servers: what fails once in a busy moment is tried once more.
          retry: 1,
          root: new URL("..", import.meta.url).pathname,
          include: ["tests/browser/**/*.test.ts"],
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
