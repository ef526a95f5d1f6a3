import fc from "fast-check";
import { parseFlow } from "../../engine/core/flow/parse.ts";

/** A flow as somebody may write it: comments in many places, both styles of YAML, quotes of every kind. */
export function aFlow(most = 8): fc.Arbitrary<string> {
  return fc
    .array(
      fc.record({
        kind: fc.constantFrom("say", "choose", "ask", "wait", "set"),
        text: fc.constantFrom(
          "Bonjour",
          '"Ça va : oui ?"',
          "'Rien, merci'",
          "{ fr: Salut, en: Hello }",
          '{ fr: "Oui, #1", en: Yes }',
        ),
        isFlow: fc.boolean(),
        comment: fc.constantFrom("", "  # avant\n", "\n  # un mot\n  # encore\n"),
        tail: fc.constantFrom("", " # après"),
        to: fc.nat(most),
      }),
      { minLength: 1, maxLength: most },
    )
    .map((nodes) => {
      const id = (index: number): string => (index < nodes.length ? `n${index}` : "end");
      const body = nodes.map(({ kind, text, isFlow, comment, tail, to }, index) => {
        const fields = fieldsOf(kind, text);
        const exits = exitsOf(kind, id(index + 1), id(to));
        const one = isFlow
          ? `  ${id(index)}: { type: ${kind}, ${fields.join(", ")}, exits: { ${exits} } }${tail}\n`
          : `  ${id(index)}:${tail}\n    type: ${kind}\n${fields.map((field) => `    ${field}\n`).join("")}    # ses sorties\n    exits: { ${exits} }${tail}\n`;
        return comment + one;
      });
      const places = nodes.map((_, index) => `  ${id(index)}: [${index * 300}, ${index * 7}]\n`);
      return `# Un scénario\nflow: made # son nom\nlanguages: [fr]\ntriggers:\n  - { on: message } # tout\nstart: n0\nnodes:\n${body.join("")}  end: { type: end }\n\n# où sont les blocs\nlayout:\n${places.join("")}`;
    })
    .filter((source) => parseFlow(source).document !== null);
}

function fieldsOf(kind: string, text: string): readonly string[] {
  switch (kind) {
    case "choose":
      return [`text: ${text}`, "choices: [{ id: a, label: Oui }, { id: b, label: Non }]", "timeoutHours: 20"];
    case "ask":
      return [`text: ${text}`, "saveAs: answer", "timeoutHours: 20"];
    case "wait":
      return ["hours: 2"];
    case "set":
      return ["values: { size: petit }"];
    default:
      return [`text: ${text}`];
  }
}

function exitsOf(kind: string, next: string, other: string): string {
  if (kind === "choose") return `a: ${next}, b: ${other}, other: ${next}, timeout: end`;
  return kind === "ask" ? `next: ${next}, timeout: ${other}` : `next: ${next}`;
}
