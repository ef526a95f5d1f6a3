import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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
/** Scripts that stand alone: on pages of others, or on pages that the server draws. */
const alone = async (entry: string, fileName: string, format: "iife" | "es" = "iife"): Promise<void> => {
  await build({
    configFile: false,
    root: FOLDER,
    logLevel: "warn",
    build: {
      outDir: OUT,
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: join(FOLDER, entry), formats: [format], name: "relais", fileName: () => fileName },
    },
  });
};
await alone("forms/form.ts", "forms-form.js");
await alone("forms/embed.ts", "forms-embed.js");
const sheets = ["chat/palette.css", "forms/form.css"].map((name) => readFileSync(join(FOLDER, name), "utf8"));
writeFileSync(join(OUT, "forms-form.css"), sheets.join("\n"));
await alone("chat/panel.ts", "panel.js", "es");
await alone("chat/widget.ts", "widget.js");
