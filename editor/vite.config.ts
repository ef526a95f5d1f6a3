import { defineConfig } from "vite";

const folder = new URL(".", import.meta.url).pathname;

/** Pages that the server gives out; the widget is built apart, as one file (`build.ts`). */
export default defineConfig({
  root: folder,
  logLevel: "warn",
  build: {
    outDir: `${folder}dist`,
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: { input: { index: `${folder}index.html`, chat: `${folder}chat.html` } },
  },
});
