import type { Diagnostic } from "../../engine/core/domain/diagnostic.ts";
import type { CheckContext } from "../../engine/core/flow/checks/check.ts";
import { checkInSteps } from "../../engine/core/flow/checks/registry.ts";
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

/** A check that is outdated ends after this time at the latest, or with the one check that is at work. */
const SLICE_MS = 8;
const read = createBlockReader();
let newest = 0;
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
  newest = data.number;
  void check(data);
});

async function check({ number, file, source }: Question & { readonly type: "check" }): Promise<void> {
  const parsed = parseFlow(source, { file, read });
  const diagnostics = [...parsed.diagnostics];
  let since = performance.now();
  for (const found of checkInSteps(parsed, context)) {
    diagnostics.push(...found);
    if (performance.now() - since < SLICE_MS) continue;
    await breath();
    if (number !== newest) return;
    since = performance.now();
  }
  const findings: Findings = { number, diagnostics };
  postMessage(findings);
}

/** Lets a newer question come in. */
function breath(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
