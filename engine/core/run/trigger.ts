import type { Referral } from "../domain/inbound-event.ts";
import { type InboundContent, textOf } from "../domain/message.ts";
import type { FlowMachine } from "../flow/compile.ts";
import type { Trigger } from "../flow/document.ts";
import { matchesKeyword } from "./match.ts";

/** How a conversation begins. Nothing at all (a hand-back): only flows that answer any message. */
export interface Start {
  readonly content?: InboundContent;
  readonly referral?: Referral;
  /** A web form, by its id; its `message` is what keywords are looked for in. */
  readonly submission?: { readonly form: string; readonly message: string };
}

/** The most particular trigger wins, whatever the order of the flows. */
const ORDER: readonly Trigger["on"][] = ["form", "referral", "keyword", "message"];

/** Which of the published flows answers; among equals the one whose name comes first. Null: none. */
export function triggeredBy(flows: readonly FlowMachine[], start: Start): FlowMachine | null {
  const text = start.submission?.message ?? (start.content ? textOf(start.content) : "");
  // To be named in a story asks for nothing: only a flow that is made for it answers.
  const mention = start.content?.type === "visit" && start.content.what === "mention";
  for (const on of mention ? (["referral"] as const) : ORDER) {
    const found = flows
      .filter(({ document }) => document.triggers.some((trigger) => trigger.on === on && holds(trigger, text, start)))
      .sort((a, b) => (a.flow < b.flow ? -1 : 1));
    if (found[0]) return found[0];
  }
  return null;
}

function holds(trigger: Trigger, text: string, { referral, submission }: Start): boolean {
  switch (trigger.on) {
    case "message":
      return true;
    case "keyword":
      return matchesKeyword(text, trigger.keywords, trigger.match);
    case "referral": {
      if (!referral) return false;
      const names = [referral.ref, referral.sourceId, referral.source, referral.url];
      return !trigger.sources || trigger.sources.some((source) => names.includes(source));
    }
    case "form":
      return submission !== undefined && (trigger.forms?.includes(submission.form) ?? true);
    case "api":
      return false;
  }
}
