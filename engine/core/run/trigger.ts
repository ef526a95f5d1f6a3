import type { Referral } from "../domain/inbound-event.ts";
import { type InboundContent, textOf } from "../domain/message.ts";
import type { FlowMachine } from "../flow/compile.ts";
import type { Trigger } from "../flow/document.ts";
import { matchesKeyword } from "./match.ts";

/** How a conversation begins. Nothing at all (a hand-back): only flows that answer any message. */
export interface Start {
  readonly content?: InboundContent;
  readonly referral?: Referral;
}

/** The most particular trigger wins, whatever the order of the flows. */
const ORDER: readonly Trigger["on"][] = ["referral", "keyword", "message"];

/** Which of the published flows answers; among equals the one whose name comes first. Null: none. */
export function triggeredBy(flows: readonly FlowMachine[], start: Start): FlowMachine | null {
  const text = start.content ? textOf(start.content) : "";
  for (const on of ORDER) {
    const found = flows
      .filter(({ document }) => document.triggers.some((trigger) => trigger.on === on && holds(trigger, text, start)))
      .sort((a, b) => (a.flow < b.flow ? -1 : 1));
    if (found[0]) return found[0];
  }
  return null;
}

function holds(trigger: Trigger, text: string, { referral }: Start): boolean {
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
    case "api":
      return false;
  }
}
