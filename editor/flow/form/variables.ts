import type { FlowState } from "../flow-session.ts";

export interface KnownVariable {
  readonly name: string;
  readonly group: "contactGroup" | "workspaceGroup" | "flowGroup";
}

const BUILT_IN: readonly KnownVariable[] = [
  { name: "contact.firstName", group: "contactGroup" },
  { name: "contact.name", group: "contactGroup" },
  { name: "contact.phone", group: "contactGroup" },
  { name: "contact.email", group: "contactGroup" },
  { name: "lastText", group: "contactGroup" },
  { name: "workspace.name", group: "workspaceGroup" },
  { name: "now", group: "workspaceGroup" },
];

const written = new WeakMap<object, readonly string[]>();
let before: { readonly names: string; readonly known: readonly KnownVariable[] } = { names: "", known: BUILT_IN };

/** What a text of this flow may name: what is always there, and what its nodes keep. The same list while it says the same. */
export function variablesOf({ drawing }: Pick<FlowState, "drawing">): readonly KnownVariable[] {
  if (!drawing) return BUILT_IN;
  const own = new Set<string>();
  for (const { node, type } of drawing.nodes.values()) {
    if (!node || !type) continue;
    const names = written.get(node) ?? type.variables(node).writes;
    written.set(node, names);
    for (const name of names) own.add(name);
  }
  const declared = drawing.value.variables;
  if (declared !== null && typeof declared === "object") for (const name of Object.keys(declared)) own.add(name);
  const sorted = [...own].sort();
  const names = sorted.join();
  if (names !== before.names)
    before = { names, known: [...sorted.map((name) => ({ name, group: "flowGroup" as const })), ...BUILT_IN] };
  return before.known;
}
