import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const folder = new URL(".", import.meta.url).pathname;

/** Pages that the server gives out; the widget is built apart, as one file (`build.ts`). */
export default defineConfig({
  root: folder,
  logLevel: "warn",
  plugins: [react(), tailwindcss()],
  worker: { format: "es" },
  build: {
    outDir: `${folder}dist`,
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      input: { index: `${folder}index.html`, start: `${folder}start.html`, chat: `${folder}chat.html` },
    },
  },
});
