import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalogues } from "../../editor/words/words.ts";

const EDITOR = new URL("../../editor", import.meta.url).pathname;

function files(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "dist" || entry.name === "node_modules" ? [] : files(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const sources = files(EDITOR).map((path) => ({ path, text: readFileSync(path, "utf8") }));
for (const { path, text } of sources) if (/= catalogue\("/.test(text)) await import(path);

const placeholders = (text: string): readonly string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? "").sort();

describe("the words of the screens", () => {
  test("are there", () => expect(catalogues.length).toBeGreaterThan(3));

  test("no two catalogues share a name", () => {
    const names = catalogues.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  test.each(catalogues)("of $name say the same in both languages, with the same values", ({ fr, en }) => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort());
    for (const [key, text] of Object.entries(fr)) {
      expect(text.trim(), key).not.toBe("");
      expect(en[key]?.trim(), key).not.toBe("");
      expect(placeholders(en[key] ?? ""), key).toEqual(placeholders(text));
    }
  });

  test("stand in catalogues and nowhere else", () => {
    const allowed = /^(Relais|GET|POST|YAML|Liquid)$/;
    const found = sources
      .filter(({ path }) => path.endsWith(".tsx"))
      .flatMap(({ path, text }) =>
        [
          ...text.matchAll(/>\s*([A-Za-zÀ-ÿ][^<>{}=;()]*[a-zà-ÿ])\s*<\//g),
          ...text.matchAll(/\b(?:label|title|text|placeholder|aria-label|alt)="([^"]+)"/g),
        ]
          .map(([, words = ""]) => words.trim())
          .filter((words) => !allowed.test(words))
          .map((words) => `${path.slice(EDITOR.length + 1)}: ${words}`),
      );
    expect(found).toEqual([]);
  });
});
