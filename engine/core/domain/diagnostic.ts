import type { Bilingual } from "./language.ts";

/** Half-open range in the YAML text: offsets in UTF-16 units, lines and columns from 1. */
export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}
export interface TextPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export type Severity = "error" | "warning" | "info";

/** A finding in a flow. `message` is a whole sentence that says what to do. Errors forbid publishing. */
export interface Diagnostic {
  /** Kebab-case, stable, e.g. `unreachable-node`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: Bilingual;
  readonly range: TextRange;
  readonly node?: string;
  readonly exit?: string;
  /** The failure as a short chat, and the nodes it passes. */
  readonly example?: { readonly chat: readonly ExampleLine[]; readonly path: readonly string[] };
  /** A change of the flow that mends it. */
  readonly fix?: { readonly title: Bilingual; readonly edits: readonly FlowEdit[] };
}
export type ExampleLine = { readonly bot: string } | { readonly contact: string } | { readonly event: string };

/**
 * A change of a flow document, as `core/flow/edit` applies it. Paths are keys from the document's root. `set` makes what
 * is missing on the way, and adds to a list at its length; `rename` gives a key another name in its place; `move` puts an
 * entry of a list or mapping at another position of it (from 0).
 */
export type FlowEdit =
  | { readonly type: "set"; readonly path: FlowPath; readonly value: unknown }
  | { readonly type: "remove"; readonly path: FlowPath }
  | { readonly type: "rename"; readonly path: FlowPath; readonly to: string }
  | { readonly type: "move"; readonly path: FlowPath; readonly to: number };
export type FlowPath = readonly (string | number)[];

/** A change of a text: `remove` characters at `at` (UTF-16 units) give way to `insert`. */
export interface TextSplice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}
