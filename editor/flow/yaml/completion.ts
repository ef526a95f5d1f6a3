import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { nodeTypes } from "../../../engine/core/nodes/registry.ts";
import { currentLanguage } from "../../words/words.ts";
import type { FlowState } from "../flow-session.ts";
import { fieldsOf, isOptional, shapeOf } from "../form/schema-shape.ts";

const TOP_KEYS = [
  "flow",
  "name",
  "languages",
  "channels",
  "playbook",
  "triggers",
  "interrupts",
  "variables",
  "settings",
  "start",
  "nodes",
  "layout",
];

/** What can stand at the caret: kinds of nodes, fields of this kind, its exits, names of nodes. From the schemas themselves. */
export function flowCompletion(stateNow: () => FlowState): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const word = context.matchBefore(/[\w-]*/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, word.from - line.from);
    const answer = (options: readonly Completion[]): CompletionResult => ({ from: word.from, options });
    if (/\btype:\s*$/.test(before)) return answer(kinds());
    const { drawing } = stateNow();
    const node = nodeAround(context);
    const drawn = node === null ? undefined : drawing?.nodes.get(node);
    const names = [...(drawing?.nodes.keys() ?? [])].map((id): Completion => ({ label: id, type: "variable" }));
    if (/\b(start|to):\s*$/.test(before)) return answer(names);
    const exits = /\bexits:\s*\{?[^}]*$/.test(before) || isUnder(context, "exits");
    if (exits && /:\s*$/.test(before)) return answer(names);
    if (exits && drawn)
      return answer(drawn.exits.map(({ name }): Completion => ({ label: name, type: "property", apply: `${name}: ` })));
    const selects = drawn?.type
      ? fieldsOf(drawn.type).find(({ key }) => new RegExp(`\\b${key}:\\s*$`).test(before))
      : undefined;
    if (selects) {
      const shape = shapeOf(selects.schema);
      return shape.kind === "select" ? answer(shape.options.map((label) => ({ label, type: "enum" }))) : null;
    }
    if (before.trim() === "" && before.length === 0)
      return answer(TOP_KEYS.map((key) => ({ label: key, type: "keyword", apply: `${key}: ` })));
    if (drawn?.type && (before.trim() === "" || /[{,]\s*$/.test(before))) {
      const language = currentLanguage();
      return answer([
        ...fieldsOf(drawn.type).map(
          ({ key, label, schema }): Completion => ({
            label: key,
            type: "property",
            detail: label[language],
            apply: `${key}: `,
            boost: isOptional(schema) ? 0 : 1,
          }),
        ),
        ...["title", "comment", "exits"].map(
          (key): Completion => ({ label: key, type: "property", apply: `${key}: ` }),
        ),
      ]);
    }
    return null;
  };
}

function kinds(): readonly Completion[] {
  const language = currentLanguage();
  return [...nodeTypes.values()].map(({ type, label, description }) => ({
    label: type,
    type: "type",
    detail: label[language],
    info: description[language],
  }));
}

/** The node whose lines the caret is in; null: it is in none. */
function nodeAround(context: CompletionContext): string | null {
  const { doc } = context.state;
  let id: string | null = null;
  for (let number = doc.lineAt(context.pos).number; number > 0; number--) {
    const text = doc.line(number).text;
    const own = /^ {2}["']?([\w-]+)["']?:/.exec(text)?.[1];
    if (own !== undefined && id === null) id = own;
    if (/^\S/.test(text) && !text.startsWith("#")) return text.startsWith("nodes:") ? id : null;
  }
  return null;
}

/** Whether the caret's line is deeper than a line with this key right above it. */
function isUnder(context: CompletionContext, key: string): boolean {
  const { doc } = context.state;
  const here = doc.lineAt(context.pos);
  const depth = /^ */.exec(here.text)?.[0].length ?? 0;
  for (let number = here.number - 1; number > 0; number--) {
    const { text } = doc.line(number);
    if (text.trim() === "") continue;
    const own = /^ */.exec(text)?.[0].length ?? 0;
    if (own < depth) return text.trim() === `${key}:`;
  }
  return false;
}
