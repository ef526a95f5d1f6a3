import type { Capabilities, ChannelType } from "../../domain/channel.ts";
import type { Diagnostic, FlowEdit, Severity } from "../../domain/diagnostic.ts";
import type { Bilingual } from "../../domain/language.ts";
import type { FlowDocument } from "../document.ts";
import type { ParsedFlow } from "../parse.ts";
import type { FlowGraph } from "./graph.ts";

/**
 * One check looks at a flow and says, in whole sentences, what to do. To add one: write it beside its kin (`structure`,
 * `words`, `channels` …) or in a file of its own, add it to `registry.ts`, and put `<code>.good.flow.yaml` and
 * `<code>.bad.flow.yaml` into the tests, where the suite misses them until they are there.
 */
export interface Check {
  readonly code: string;
  readonly find: (flow: CheckedFlow, context: CheckContext) => readonly Finding[];
}

/** What a check looks at. */
export interface CheckedFlow {
  readonly document: FlowDocument;
  readonly graph: FlowGraph;
}

/** What surrounds the flow. */
export interface CheckContext {
  /** The channels that are connected, or that the flow names. */
  readonly channels: readonly {
    readonly type: ChannelType;
    readonly label: Bilingual;
    readonly capabilities: Capabilities;
  }[];
  /** The other flows of the workspace. */
  readonly flows: readonly FlowDocument[];
  /** Approved templates; null: nobody knows. */
  readonly templates: readonly { readonly name: string; readonly language: string; readonly status: string }[] | null;
  readonly playbooks: readonly string[];
}

/** A finding before its place in the text is known. */
export interface Finding {
  readonly severity: Severity;
  readonly message: Bilingual;
  readonly path: readonly (string | number)[];
  readonly part?: "key" | "value";
  readonly node?: string;
  readonly exit?: string;
  readonly example?: Diagnostic["example"];
  readonly fix?: { readonly title: Bilingual; readonly edits: readonly FlowEdit[] };
}

/** A finding with its place in the text. */
export function diagnosticOf(code: string, finding: Finding, parsed: ParsedFlow): Diagnostic {
  const { path, part, example, fix, node, exit, severity, message } = finding;
  return {
    code,
    severity,
    message,
    range: parsed.rangeOf(path, part),
    ...(node === undefined ? {} : { node }),
    ...(exit === undefined ? {} : { exit }),
    ...(example === undefined ? {} : { example }),
    ...(fix === undefined ? {} : { fix }),
  };
}
