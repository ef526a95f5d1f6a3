import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changeInWords } from "../../../../engine/core/flow/change-words.ts";
import {
  addNode,
  connect,
  place,
  removeNodes,
  renameNode,
  setField,
  sketchOf,
} from "../../../../engine/core/flow/commands.ts";
import { differenceOf, isSameFlow } from "../../../../engine/core/flow/difference.ts";
import type { FlowDocument } from "../../../../engine/core/flow/document.ts";
import { applyEdits } from "../../../../engine/core/flow/edit.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { aFlow } from "../../../support/flows.ts";

const BOUTIQUE = readFileSync(new URL("../../../../flows/boutique.flow.yaml", import.meta.url), "utf8");
const documentOf = (source: string): FlowDocument => {
  const { document, diagnostics } = parseFlow(source);
  if (!document) throw new Error(JSON.stringify(diagnostics));
  return document;
};
const TALK = `flow: talk
triggers: [{ on: message }]
start: hello
nodes:
  hello: { type: say, text: Bonjour, exits: { next: pause } }
  pause: { type: wait, hours: 2, exits: { next: size } }
  size: { type: choose, text: "Quelle taille ?", choices: [{ id: s, label: Petit }, { id: l, label: Grand }], exits: { s: bye, l: bye } }
  bye: { type: end, text: Au revoir }
`;
const words = (before: string, after: string) => changeInWords(differenceOf(documentOf(before), documentOf(after)));

describe("the difference of two states of a flow", () => {
  test("reads as a sentence in French and English", () => {
    const flow = sketchOf(TALK);
    if (!flow) throw new Error("not a flow");
    const ask = { type: "ask", text: "Votre nom ?", saveAs: "name", exits: { next: "bye" } };
    const after = applyEdits(TALK, [
      ...setField("hello", ["text"], "Bonsoir"),
      ...setField("size", ["choices", 0, "label"], "Tout petit"),
      ...connect("hello", "next", "size"),
      ...removeNodes(flow, ["pause"]).filter(({ path }) => path[1] === "pause"),
      ...addNode(flow, ask as never).edits,
    ]).source;
    expect(words(TALK, after)).toEqual({
      fr: "Ajoute 1 question, change 2 textes, relie autrement 1 sortie, supprime l'attente de 2 h.",
      en: "Adds 1 question, changes 2 texts, connects 1 exit differently, removes the wait of 2 h.",
    });
  });

  test("knows a renamed block, a moved box, a comment, and what starts the flow", () => {
    const flow = sketchOf(BOUTIQUE);
    if (!flow) throw new Error("not a flow");
    expect(words(BOUTIQUE, applyEdits(BOUTIQUE, renameNode(flow, "greeting", "welcome")).source).fr).toBe(
      "Renomme 1 bloc.",
    );
    expect(words(BOUTIQUE, applyEdits(BOUTIQUE, place({ greeting: [7, 7], busy: [9, 9] })).source).fr).toBe(
      "Déplace 2 blocs.",
    );
    expect(words(BOUTIQUE, applyEdits(BOUTIQUE, setField("busy", ["comment"], "?")).source).fr).toBe(
      "Change 1 commentaire.",
    );
    const api = applyEdits(BOUTIQUE, [{ type: "set", path: ["triggers"], value: [{ on: "api" }] }]).source;
    expect(words(BOUTIQUE, api).fr).toBe("Change ce qui le déclenche.");
    expect(words(BOUTIQUE, `${BOUTIQUE}\n# un mot de plus\n`)).toEqual({
      fr: "Ne change rien.",
      en: "Changes nothing.",
    });
  });

  test("names every field that changed, with what it was", () => {
    const after = applyEdits(BOUTIQUE, setField("goodbye", ["text", "en"], "Bye")).source;
    expect(differenceOf(documentOf(BOUTIQUE), documentOf(after)).nodes).toEqual([
      expect.objectContaining({
        type: "changed",
        id: "goodbye",
        fields: [
          {
            path: ["text"],
            kind: "text",
            before: { fr: "À bientôt à la boutique !", en: "See you soon at the shop!" },
            after: { fr: "À bientôt à la boutique !", en: "Bye" },
          },
        ],
      }),
    ]);
  });

  test("of a flow and itself is nothing; of nothing and a flow is all of it", () => {
    fc.assert(
      fc.property(aFlow(), (source) => {
        const document = documentOf(source);
        expect(isSameFlow(differenceOf(document, document))).toBe(true);
        expect(differenceOf(null, document).nodes.map(({ type, id }) => `${type} ${id}`)).toEqual(
          Object.keys(document.nodes).map((id) => `added ${id}`),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("is empty only when the flows mean the same", () => {
    fc.assert(
      fc.property(aFlow(5), aFlow(5), (one, two) => {
        const [before, after] = [documentOf(one), documentOf(two)];
        const { layout: _, ...a } = before;
        const { layout: __, ...b } = after;
        expect(isSameFlow(differenceOf(before, after))).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
      }),
      { numRuns: 60 },
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
