import type { Diagnostic } from "../../engine/core/domain/diagnostic.ts";
import type { CheckContext } from "../../engine/core/flow/checks/check.ts";
import { checkFlow } from "../../engine/core/flow/checks/registry.ts";
import type { FlowDocument } from "../../engine/core/flow/document.ts";
import { parseFlow } from "../../engine/core/flow/parse.ts";
import { createBlockReader } from "../../engine/core/flow/read-blocks.ts";

/** What surrounds the flow, with the other flows as texts. */
export type Around = Omit<CheckContext, "flows"> & { readonly others: readonly string[] };
export type Question =
  | { readonly type: "around"; readonly around: Around }
  | { readonly type: "check"; readonly number: number; readonly file: string; readonly source: string };
export interface Findings {
  readonly number: number;
  readonly diagnostics: readonly Diagnostic[];
}

const read = createBlockReader();
let context: CheckContext = { channels: [], flows: [], templates: null, playbooks: [] };

/** Checks beside the page, so that typing never waits for it. */
addEventListener("message", ({ data }: MessageEvent<Question>) => {
  if (data.type === "around") {
    const { others, ...rest } = data.around;
    const flows = others.flatMap((source): readonly FlowDocument[] => {
      const { document } = parseFlow(source);
      return document ? [document] : [];
    });
    context = { ...rest, flows };
    return;
  }
  const parsed = parseFlow(data.source, { file: data.file, read });
  const findings: Findings = {
    number: data.number,
    diagnostics: [...parsed.diagnostics, ...checkFlow(parsed, context)],
  };
  postMessage(findings);
});
