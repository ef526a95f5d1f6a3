import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { createBlockReader } from "../../../../engine/core/flow/read-blocks.ts";
import { readYaml } from "../../../../engine/core/flow/source.ts";

const FLOWS = new URL("../../../../flows/", import.meta.url);
const texts = readdirSync(FLOWS)
  .filter((name) => name.endsWith(".flow.yaml"))
  .map((name) => readFileSync(new URL(name, FLOWS), "utf8"));
const ODD = [
  "",
  "nodes:\n",
  "nodes:\n  # nothing yet\nstart: a\n",
  "a: &x 1\nb: *x\n",
  "nodes:\n  a: { type: end }\n  a: { type: end }\n",
  "nodes:\n  a:\n    text: |\n      one\n  b: 2\n",
  "nodes:\n  a: {\n  b: 1 }\n",
  'nodes:\n  a: "one\n  b: two"\n',
  "nodes:\n    a: 1\n  b: 2\n",
  "nodes:\n  - a\n  - b\n",
  "nodes: { a: { type: end } }\nlayout: { a: [0, 0] }\n",
  "---\nnodes:\n  a: 1\n",
  "nodes:\r\n  a: { type: end }\r\nstart: a\r\n",
  "nodes:\n  'no': { type: end }\n  \"yes\": { type: end }\n",
  "nodes:\n  12: { type: end }\n",
  "text: >\n  folded\n\n  more\nnodes:\n  a: 1\n",
  "nodes:\n  __proto__: { type: end }\n",
  "nodes:\n\ta: 1\n",
  "# only a comment\n",
  "start: a\nstart: b\n",
];

/** Texts that a person might have in the editor at any moment: whole ones with pieces cut out or put in. */
const halfWritten = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(40),
    fc.constantFrom(
      "",
      "\n",
      "  ",
      "{",
      "]",
      ": ",
      "\n  x: 1\n",
      "#",
      '"',
      "- a\n",
      "&a ",
      "\t",
      "\n\n",
      "nodes:\n",
      "|\n",
    ),
  )
  .map(([text, where, cut, put]) => {
    const at = Math.floor(where * text.length);
    return text.slice(0, at) + put + text.slice(at + cut);
  });

function same(text: string, read: ReturnType<typeof createBlockReader>): void {
  const [whole, parts] = [readYaml(text), read(text)];
  expect(parts.value, text).toEqual(whole.value);
  expect(parts.diagnostics).toEqual(whole.diagnostics);
  const [one, other] = [parseFlow(text), parseFlow(text, { read })];
  expect(other.document).toEqual(one.document);
  expect(other.diagnostics).toEqual(one.diagnostics);
  for (const id of Object.keys(one.document?.nodes ?? {}))
    for (const path of [
      ["nodes", id],
      ["nodes", id, "text"],
      ["nodes", id, "exits", "next"],
      ["layout", id],
    ])
      for (const part of ["key", "value"] as const) expect(other.rangeOf(path, part)).toEqual(one.rangeOf(path, part));
}

describe("reading a flow block by block", () => {
  test.each(ODD)("says what reading it whole says: %j", (text) => same(text, createBlockReader()));

  test("says what reading it whole says, of every shipped flow and while somebody writes in it", () => {
    const read = createBlockReader();
    for (const text of texts) same(text, read);
    fc.assert(
      fc.property(halfWritten, (text) => same(text, read)),
      { numRuns: 60 },
    );
  }, 60_000);

  test("gives the same objects for what did not change", () => {
    const read = createBlockReader();
    const [text = ""] = texts;
    const before = parseFlow(text, { read }).document;
    const after = parseFlow(text.replace("bienvenue", "bonne journée"), { read }).document;
    expect(before?.nodes.greeting).not.toEqual(after?.nodes.greeting);
    expect(before?.nodes.again).toBeDefined();
    expect(after?.nodes.again).toBe(before?.nodes.again);
  });
});
