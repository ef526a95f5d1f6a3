import { defineConfig } from "vitest/config";

/** `unit`: fast, no servers. `engine`: real databases, real HTTP. `browser`: real Chromium. */
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
            "tests/flows/**/*.test.ts",
          ],
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
          name: "browser",
          root: new URL("..", import.meta.url).pathname,
          include: ["tests/browser/**/*.test.ts"],
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
