import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FlowEdit } from "../../../../engine/core/domain/diagnostic.ts";
import { applyEdits } from "../../../../engine/core/flow/edit.ts";
import { editBlocks } from "../../../../engine/core/flow/edit-blocks.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { createBlockReader } from "../../../../engine/core/flow/read-blocks.ts";

const BOUTIQUE = readFileSync(new URL("../../../../flows/boutique.flow.yaml", import.meta.url), "utf8");
const nodes = Object.keys(parseFlow(BOUTIQUE).document?.nodes ?? {});
const set = (value: unknown, ...path: (string | number)[]): FlowEdit => ({ type: "set", path, value });
const edit: fc.Arbitrary<FlowEdit> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...nodes), fc.string({ maxLength: 40 }))
    .map(([node, title]) => set(title, "nodes", node, "title")),
  fc
    .tuple(fc.constantFrom(...nodes), fc.integer({ min: -999, max: 999 }))
    .map(([node, x]) => set([x, 5], "layout", node)),
  fc
    .tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes))
    .map(([node, to]) => set(to, "nodes", node, "exits", "next")),
  fc.constantFrom(...nodes).map((node): FlowEdit => ({ type: "remove", path: ["nodes", node, "exits"] })),
  fc.constantFrom(...nodes).map((node): FlowEdit => ({ type: "remove", path: ["layout", node] })),
  fc.constant(set({ type: "end" }, "nodes", "another")),
);

test("the quick way gives the very text, and the way back, that the long way gives", () => {
  const read = createBlockReader();
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const [quick, long] = [applyEdits(BOUTIQUE, edits, read), applyEdits(BOUTIQUE, edits)];
      expect(quick.source).toBe(long.source);
      expect(parseFlow(applyEdits(quick.source, quick.inverse).source).document).toEqual(parseFlow(BOUTIQUE).document);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("the quick way is taken for what is there, and not for what reaches further", () => {
  expect(editBlocks(BOUTIQUE, [set([1, 2], "layout", "greeting")])).not.toBeNull();
  expect(editBlocks(BOUTIQUE, [set({ type: "end" }, "nodes", "another")])).toBeNull();
  expect(editBlocks(BOUTIQUE, [set("again", "start")])).toBeNull();
});

test("a text that does not parse is not rewritten the quick way either", () => {
  const broken = BOUTIQUE.replace("start: greeting", "start: [greeting");
  expect(() => applyEdits(broken, [set([1, 2], "layout", "greeting")], createBlockReader())).toThrow();
});
