import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { Hono } from "hono";
import type { ServerDeps } from "./deps.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".json": "application/json",
};
const PAGES: Readonly<Record<string, string>> = {
  "/start": "start.html",
  "/chat": "chat.html",
  "/chat/widget.js": "widget.js",
  "/chat/panel.js": "panel.js",
};
/** What is not a page of its own is a screen of the application, which knows its places itself: `/flows/boutique`. */
const SCREEN = /^\/(?!(?:api|webhook|forms|chat)(?:\/|$))[\w/-]*$/;
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data: blob:; media-src 'self' https: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'";

/** The built pages and their parts. Nothing outside their folder can be asked for. */
export function pageRoutes({ settings, accounts }: ServerDeps): Hono {
  const app = new Hono();
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer> | null> => {
    const known = kept.get(name);
    if (known) return known;
    const file = normalize(join(settings.pagesDir, name));
    if (!file.startsWith(settings.pagesDir + sep) || name.includes("\0")) return null;
    const content = await readFile(file).catch(() => null);
    if (!content) return null;
    const bytes = new Uint8Array(content);
    kept.set(name, bytes);
    return bytes;
  };
  const embedders = (): string => {
    const origins = accounts()
      .filter(({ channel }) => channel === "web")
      .flatMap(({ config }) => (config as { readonly allowedOrigins?: readonly string[] }).allowedOrigins ?? []);
    return ["'self'", ...origins].join(" ");
  };
  app.get("*", async (c) => {
    const path = c.req.path;
    const name = PAGES[path] ?? (path.startsWith("/assets/") ? path.slice(1) : SCREEN.test(path) ? "index.html" : null);
    const content = name === null ? null : await read(name);
    if (name === null || content === null) return c.text("Not found", 404);
    const isPage = name.endsWith(".html");
    return c.body(content, 200, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      ...(isPage
        ? { "content-security-policy": `${POLICY}; frame-ancestors ${path === "/chat" ? embedders() : "'none'"}` }
        : {}),
      ...(name === "widget.js" || name === "panel.js"
        ? { "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*" }
        : {}),
    });
  });
  return app;
}
