import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { channels } from "../../../../../channels/registry.ts";
import type { CheckContext } from "../../../../../engine/core/flow/checks/check.ts";
import { checkFlow } from "../../../../../engine/core/flow/checks/registry.ts";
import { parseFlow } from "../../../../../engine/core/flow/parse.ts";
import { createBlockReader } from "../../../../../engine/core/flow/read-blocks.ts";

const FLOWS = new URL("../../../../../flows/", import.meta.url);
const texts = readdirSync(FLOWS)
  .filter((name) => name.endsWith(".flow.yaml"))
  .map((name) => readFileSync(new URL(name, FLOWS), "utf8"));

/** What a person changes between two checks: words, ways, languages, settings, whole blocks. */
const EDITS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/fr: "([^"]{3})/, `fr: "${"très long ".repeat(200)}$1`),
  (text) => text.replace("{{ contact.firstName }}", "{{ contact.firstNam | nope }}{{ neverSet }}"),
  (text) => text.replace(/^languages: .*$/m, "languages: [fr, en, de]"),
  (text) => text.replace(/^languages: .*$/m, "languages: [en]"),
  (text) => text.replace(/^start: .*$/m, "start: nowhere"),
  (text) => text.replace(/timeout: [a-z-]+/g, "timeout: nowhere"),
  (text) => text.replace(/^nodes:\n/m, "nodes:\n  extra: { type: say, text: 'Clé sk-live-0123456789abcdef {{ x' }\n"),
  (text) => text.replace(/^triggers:/m, "channels: [sms]\ntriggers:"),
  (text) => text.replace(/timeoutHours: \d+/g, "timeoutHours: 48"),
];
const contexts: readonly CheckContext[] = [
  { channels: [...channels], flows: [], templates: null, playbooks: ["boutique", "support"] },
  { channels: channels.filter(({ type }) => type === "sms"), flows: [], templates: null, playbooks: [] },
];

test("what is remembered of a node never shows: a check after any edits says what a first check says", () => {
  const step = fc.record({ edit: fc.constantFrom(...EDITS), context: fc.constantFrom(...contexts) });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(step, { minLength: 2, maxLength: 6 }), (text, steps) => {
      const read = createBlockReader();
      for (const { edit, context } of steps) {
        const source = edit(text);
        const again = checkFlow(parseFlow(source, { read }), context);
        expect(again).toEqual(checkFlow(parseFlow(source), context));
      }
    }),
    { numRuns: 40 },
  );
});
