import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";

const flow = (nodes: string, head = ""): string => `flow: test\nlanguages: [fr]\n${head}start: a\nnodes:\n${nodes}`;
const codes = (source: string): readonly string[] =>
  parseFlow(source).diagnostics.map(({ code, range }) => `${range.start.line} ${code}`);

describe("a flow file", () => {
  test.each([
    ["not YAML", "flow: [", ["1 invalid-yaml"]],
    ["a tab", "flow: test\n\tstart: a", ["2 invalid-yaml"]],
    ["a key twice", flow("  a: { type: end }\n  a: { type: end }\n"), ["6 invalid-yaml"]],
    ["a special type", flow("  a: !!js/function 'x'\n"), ["5 invalid-yaml"]],
    ["a dangerous name", flow("  __proto__: { type: end }\n"), ["5 forbidden-name"]],
    ["an unknown node type", flow("  a: { type: sayy }\n"), ["5 unknown-node-type"]],
    ["an unknown key", flow("  a: { type: end, texte: x }\n"), ["5 unknown-key"]],
    ["a missing text", flow("  a:\n    type: ask\n    saveAs: x\n"), ["6 invalid-value"]],
    [
      "an exit that the node does not have",
      flow("  a: { type: say, text: x, exits: { nex: a } }\n"),
      ["5 unknown-exit"],
    ],
    [
      "two choices with one id",
      flow("  a:\n    type: choose\n    text: x\n    choices: [ { id: b, label: B }, { id: b, label: C } ]\n"),
      ["8 invalid-value"],
    ],
  ])("with %s says where", (_, source, expected) => {
    const found = parseFlow(source);
    expect(found.document).toBeNull();
    expect(
      codes(source)
        .slice(0, expected.length)
        .map((one) => one.replace("missing-field", "invalid-value")),
    ).toEqual(expected);
    for (const { message } of found.diagnostics) {
      expect(message.fr).toMatch(/\S.*[.?»…:]/);
      expect(message.en).toMatch(/\S/);
    }
  });

  test("a misspelt exit is answered with the one that was meant", () => {
    const [found] = parseFlow(flow("  a: { type: say, text: x, exits: { nex: a } }\n")).diagnostics;
    expect(found?.message.en).toContain('did you mean "next"?');
  });

  test.each([
    ["12,000 brackets", "[".repeat(12_000)],
    ["a deep block", Array.from({ length: 2000 }, (_, n) => `${" ".repeat(n)}a:`).join("\n")],
    ["nested dashes", "- ".repeat(3000)],
    ["an alias bomb", `a: &a [x, x]\n${Array.from({ length: 60 }, (_, n) => `b${n}: *a`).join("\n")}`],
    ["two megabytes", `a: "${"x".repeat(2_000_000)}"`],
    ["a null character", "flow: te\0st"],
  ])("%s end in a sentence, twice", (_, source) => {
    const { user } = process.threadCpuUsage();
    for (let n = 0; n < 2; n++) expect(parseFlow(source).document).toBeNull();
    expect(process.threadCpuUsage().user - user).toBeLessThan(2_000_000);
  });

  test("any text at all is read without throwing", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300, unit: "binary" }), (source) => void parseFlow(source)));
  });
});
