import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FlowEdit } from "../../../../engine/core/domain/diagnostic.ts";
import { applyEdits } from "../../../../engine/core/flow/edit.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";

const BOUTIQUE = readFileSync(new URL("../../../../flows/boutique.flow.yaml", import.meta.url), "utf8");
const set = (value: unknown, ...path: (string | number)[]): FlowEdit => ({ type: "set", path, value });

/** Lines that differ. */
function changedLines(before: string, after: string): readonly string[] {
  const old = before.split("\n");
  return after.split("\n").filter((line) => !old.includes(line));
}

describe("an edit of a flow", { timeout: 60_000 }, () => {
  test("no edit gives the same bytes", () => {
    expect(applyEdits(BOUTIQUE, []).source).toBe(BOUTIQUE);
  });

  test("changes only the lines of its node, and comments stay", () => {
    const { source } = applyEdits(BOUTIQUE, [set("Bye", "nodes", "goodbye", "text", "en")]);
    expect(source).toContain("# The reference flow");
    expect(source).toContain("# Work from anywhere, before any question.");
    const [before, after] = [BOUTIQUE, source].map((text) => text.replace(/ {2}goodbye:\n(?: {4}.*\n)+/, ""));
    expect(after).toBe(before);
    expect(parseFlow(source).document?.nodes.goodbye).toMatchObject({
      text: { fr: "À bientôt à la boutique !", en: "Bye" },
    });
  });

  test("moving a box changes the layout and nothing else", () => {
    const { source } = applyEdits(BOUTIQUE, [set([10, 20], "layout", "greeting")]);
    expect(source.slice(0, source.indexOf("layout:"))).toBe(BOUTIQUE.slice(0, BOUTIQUE.indexOf("layout:")));
    expect(parseFlow(source).document?.layout?.greeting).toEqual([10, 20]);
  });

  test("adds a node after the others and connects it", () => {
    const { source } = applyEdits(BOUTIQUE, [
      set({ type: "end" }, "nodes", "extra"),
      set("extra", "nodes", "thanks", "exits", "next"),
    ]);
    const { document, diagnostics } = parseFlow(source);
    expect(diagnostics).toEqual([]);
    expect(document?.nodes.extra).toEqual({ type: "end" });
    expect(document?.nodes.thanks?.exits).toEqual({ next: "extra" });
    expect(changedLines(BOUTIQUE, source).length).toBeLessThan(10);
  });

  test("a text that does not parse is never rewritten", () => {
    expect(() => applyEdits("nodes: {", [set(1, "start")])).toThrow();
  });

  test("every edit can be undone: the meaning is what it was", () => {
    const nodes = Object.keys(parseFlow(BOUTIQUE).document?.nodes ?? {});
    const edit = fc.oneof(
      fc
        .tuple(fc.constantFrom(...nodes), fc.string({ minLength: 1, maxLength: 40 }))
        .map(([node, title]) => set(title, "nodes", node, "title")),
      fc
        .tuple(fc.constantFrom(...nodes), fc.integer({ min: -999, max: 999 }), fc.integer())
        .map(([node, x, y]) => set([x, y], "layout", node)),
      fc.constantFrom(...nodes).map((node): FlowEdit => ({ type: "remove", path: ["layout", node] })),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const done = applyEdits(BOUTIQUE, edits);
        const undone = applyEdits(done.source, done.inverse);
        expect(parseFlow(undone.source).document).toEqual(parseFlow(BOUTIQUE).document);
        expect(undone.source).toContain("# Work from anywhere");
      }),
      { numRuns: 30 },
    );
  });
});
