import type { Drawing } from "../drawing.ts";

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

/** What a text of this flow may name: what is always there, and what its nodes keep. */
export function variablesIn(drawing: Drawing): readonly KnownVariable[] {
  const own = new Set<string>();
  for (const { node, type } of drawing.nodes.values())
    if (node && type) for (const name of type.variables(node).writes) own.add(name);
  const declared = drawing.value.variables;
  if (declared !== null && typeof declared === "object") for (const name of Object.keys(declared)) own.add(name);
  return [...[...own].sort().map((name) => ({ name, group: "flowGroup" as const })), ...BUILT_IN];
}
