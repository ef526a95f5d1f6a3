import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { FlowEdit } from "../../../../engine/core/domain/diagnostic.ts";
import {
  addLanguage,
  addNode,
  addTrigger,
  connect,
  disconnect,
  duplicateNodes,
  type FlowSketch,
  pasteNodes,
  place,
  removeLanguage,
  removeNodes,
  removeTrigger,
  renameNode,
  reorder,
  setField,
  sketchOf,
} from "../../../../engine/core/flow/commands.ts";
import { applyEdits, applySplices } from "../../../../engine/core/flow/edit.ts";
import { editValue } from "../../../../engine/core/flow/edit-value.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { aFlow } from "../../../support/flows.ts";

const BOUTIQUE = readFileSync(new URL("../../../../flows/boutique.flow.yaml", import.meta.url), "utf8");
const sketch = (source: string): FlowSketch => {
  const found = sketchOf(source);
  if (!found) throw new Error("not a flow");
  return found;
};
const edited = (source: string, edits: readonly FlowEdit[]): string => applyEdits(source, edits).source;
const comments = (source: string): readonly string[] =>
  source.match(/# (Un scénario|son nom|tout|avant|un mot|encore|après|ses sorties|où sont les blocs)$/gm) ?? [];

/** Any command that a hand may give to a flow. */
function aCommand(): fc.Arbitrary<(source: string) => readonly FlowEdit[]> {
  const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
  const words = fc.constantFrom("Bonjour", "a: b", "# non", "deux\nlignes", "- tiret", '"', "", "oui, non", "{x}");
  return fc
    .tuple(fc.constantFrom(...COMMANDS), fc.nat(), fc.nat(), words)
    .map(([command, one, two, text]) => (source) => {
      const flow = sketch(source);
      const ids = Object.keys(flow.nodes);
      return command(flow, pick(ids, one), pick(ids, two), text);
    });
}
type Command = (flow: FlowSketch, one: string, two: string, text: string) => readonly FlowEdit[];
const COMMANDS: readonly Command[] = [
  (flow, one, _, text) =>
    addNode(flow, { type: "say", text } as never, { at: [10, 20], from: { node: one, exit: "next" } }).edits,
  (flow, one) => (Object.keys(flow.nodes).length > 2 ? removeNodes(flow, [one]) : []),
  (flow, one, two) => duplicateNodes(flow, [one, two]).edits,
  (flow, one) => renameNode(flow, one, Object.hasOwn(flow.nodes, "renamed") ? one : "renamed"),
  (_, one, two) => connect(one, "next", two),
  (flow, one) => disconnect(flow, one, "next"),
  (_, one, __, text) => setField(one, ["text"], text),
  (_, one, __, text) => setField(one, ["title"], text),
  (_, one, __, text) => setField(one, ["text"], { fr: text, en: "Hello" }),
  (_, one) => setField(one, ["comment"], undefined),
  (flow, one) => {
    const choices = (flow.nodes[one] as { choices?: unknown[] }).choices ?? [];
    return choices.length > 1 ? reorder(one, ["choices"], 0, 1) : [];
  },
  (_, one, two) => place({ [one]: [1, 2], [two]: [3.4, -5.6] }),
  (flow) => addTrigger(flow, { on: "keyword", keywords: ["bonjour", "a, b"] }),
  (flow) => ((flow.triggers?.length ?? 0) > 1 ? removeTrigger(0) : []),
  (flow) => addLanguage(flow, "en"),
];

describe("commands on a generated flow", { timeout: 60_000 }, () => {
  test("mean what their edits mean, keep every comment that is not inside what goes, and can be undone to the byte", () => {
    fc.assert(
      fc.property(aFlow(), fc.array(aCommand(), { minLength: 1, maxLength: 4 }), (source, commands) => {
        let text = source;
        for (const command of commands) {
          const edits = command(text);
          const done = applyEdits(text, edits);
          const wanted = edits.reduce<unknown>((value, edit) => editValue(value, edit).value, parse(text));
          expect(parse(done.source)).toEqual(wanted);
          expect(applySplices(text, done.splices)).toBe(done.source);
          expect(applySplices(done.source, done.undo)).toBe(text);
          expect(parse(edited(done.source, done.inverse))).toEqual(parse(text));
          if (!edits.some(({ type }) => type === "remove"))
            expect(comments(done.source)).toEqual(expect.arrayContaining([...comments(text)]));
          text = done.source;
        }
      }),
      { numRuns: 60 },
    );
  });

  test("leave every other node's bytes as they are", () => {
    fc.assert(
      fc.property(aFlow(), fc.nat(), fc.constantFrom("Bonjour", "a: b", "x, y", "1"), (source, index, text) => {
        const ids = Object.keys(sketch(source).nodes);
        const id = ids[index % ids.length] as string;
        const after = edited(source, [...setField(id, ["title"], text), ...connect(id, "next", "end")]);
        const others = (whole: string): readonly string[] =>
          whole.split("\n").filter((line, at, all) => ownerOf(all, at) !== id && line !== "");
        expect(others(after)).toEqual(others(source));
      }),
      { numRuns: 40 },
    );
  });

  test("no command and no change of meaning touches a byte", () => {
    fc.assert(
      fc.property(aFlow(), (source) => {
        expect(edited(source, [])).toBe(source);
        const flow = sketch(source);
        const same = Object.entries(flow.nodes).flatMap(([id, node]) =>
          Object.entries(node.exits ?? {}).flatMap(([exit, to]) => connect(id, exit, to)),
        );
        expect(edited(source, same)).toBe(source);
      }),
      { numRuns: 30 },
    );
  });
});

/** The node that a line belongs to. */
function ownerOf(lines: readonly string[], at: number): string | null {
  for (let line = at; line >= 0; line--) {
    const found = /^ {2}([\w-]+):/.exec(lines[line] ?? "");
    if (found?.[1]) return found[1];
    if (/^\S/.test(lines[line] ?? "")) return null;
  }
  return null;
}

describe("commands on the boutique", () => {
  const flow = sketch(BOUTIQUE);

  test("a renamed node is renamed wherever it is named, and stands where it stood", () => {
    const after = edited(BOUTIQUE, renameNode(flow, "greeting", "welcome"));
    expect(JSON.stringify(sketch(after))).not.toContain('"greeting"');
    expect(parseFlow(after).diagnostics).toEqual([]);
    expect(Object.keys(sketch(after).nodes)[0]).toBe("welcome");
    expect(after.split("\n").length).toBe(BOUTIQUE.split("\n").length);
    expect(edited(after, renameNode(sketch(after), "welcome", "greeting"))).toBe(BOUTIQUE);
    expect(() => renameNode(flow, "greeting", "advisor")).toThrow();
  });

  test("a removed node leaves no exit, interrupt or position behind", () => {
    const after = edited(BOUTIQUE, removeNodes(flow, ["advisor", "greeting"]));
    const { document, diagnostics } = parseFlow(after);
    expect(diagnostics).toEqual([]);
    expect(JSON.stringify(document)).not.toMatch(/"(advisor|greeting)"(?!,"label)/);
    expect(document?.nodes[document.start]).toBeDefined();
  });

  test("copies lead to each other, and to where the first ones lead", () => {
    const { edits, ids } = duplicateNodes(flow, ["busy", "busy-open"]);
    expect(ids).toEqual({ busy: "busy-2", "busy-open": "busy-open-2" });
    const after = sketch(edited(BOUTIQUE, edits));
    expect(after.nodes["busy-2"]?.exits).toEqual({ open: "busy-open-2", closed: "busy-closed" });
    expect(after.layout?.["busy-2"]).toEqual([800, 740]);
  });

  test("what is pasted into another flow leads nowhere that is not there", () => {
    const other = sketch("flow: x\nstart: a\nnodes:\n  a: { type: end }\n");
    const { edits } = pasteNodes(other, { busy: flow.nodes.busy as never });
    expect(sketch(edited("flow: x\nstart: a\nnodes:\n  a: { type: end }\n", edits)).nodes.busy).toEqual({
      type: "openingHours",
    });
  });

  test("a language goes with its texts", () => {
    const { document } = parseFlow(BOUTIQUE);
    if (!document) throw new Error("the boutique does not parse");
    const after = edited(BOUTIQUE, removeLanguage(document, "en"));
    expect(parseFlow(after)).toMatchObject({ document: { languages: ["fr"] }, diagnostics: [] });
    expect(after).toContain("# Work from anywhere, before any question.");
    expect(parseFlow(after).document?.nodes.goodbye).toMatchObject({ text: { fr: "À bientôt à la boutique !" } });
  });

  test("an exit that is connected changes one word", () => {
    const after = edited(BOUTIQUE, connect("busy", "closed", "goodbye"));
    expect(after).toBe(
      BOUTIQUE.replace("{ open: busy-open, closed: busy-closed }", "{ open: busy-open, closed: goodbye }"),
    );
  });

  test("two hundred boxes are moved, each on its own line", () => {
    const nodes = Array.from({ length: 200 }, (_, index) => `  n${index}: { type: end }\n`).join("");
    const layout = Array.from({ length: 200 }, (_, index) => `  n${index}: [0, 0]\n`).join("");
    const source = `flow: x\nstart: n0\nnodes:\n${nodes}layout:\n${layout}`;
    const after = edited(
      source,
      place(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, [index, 1]]))),
    );
    expect(after).toBe(source.replace(/n(\d+): \[0, 0\]/g, "n$1: [$1, 1]"));
  });
});
