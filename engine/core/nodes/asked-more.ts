import { type InboundContent, textOf } from "../domain/message.ts";
import { sentence } from "../domain/sentences.ts";
import type { NodeMoment, Reaction, VerbCall } from "./node-type.ts";

/** What comes while the assistant thinks belongs to the question: both are asked together, and answered once. */
export function askedMore(content: InboundContent, at: NodeMoment, askAgain: VerbCall): Reaction {
  const more = textOf(content).trim();
  if (more === "") {
    const text = sentence("cannotReadAttachment", at.workspace, at.language);
    return { type: "stay", say: [{ type: "text", text }] };
  }
  const lastText = `${String(at.variables.lastText ?? "")}\n${more}`.trim();
  return { type: "stay", set: { lastText }, verbs: [askAgain], again: "fresh" };
}
