import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";

const FOLDER = new URL(".", import.meta.url).pathname;
const OUT = join(FOLDER, "dist");

/** The newest change of any source of the pages, in milliseconds since 1970. */
function newest(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "dist" && name !== "node_modules")
    .reduce((latest, entry) => {
      const path = join(folder, entry.name);
      return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
    }, 0);
}

const built = join(OUT, "widget.js");
if (existsSync(built) && statSync(built).mtimeMs > newest(FOLDER)) process.exit(0);
console.log("Building the pages…");
await build({ configFile: join(FOLDER, "vite.config.ts") });
await build({
  configFile: false,
  root: FOLDER,
  logLevel: "warn",
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: join(FOLDER, "chat/widget.ts"), formats: ["iife"], name: "relaisChat", fileName: () => "widget.js" },
  },
});
