import type { Capabilities } from "../../../engine/core/domain/channel.ts";
import type { Language } from "../../../engine/core/domain/language.ts";
import type { OutboundContent } from "../../../engine/core/domain/message.ts";
import { smsSize } from "../../../engine/core/domain/sms-segments.ts";
import { fit } from "../../../engine/core/run/fit.ts";

/** How a message changes on its way to a channel. */
export type Change =
  | { readonly what: "asList" | "asNumbers" | "asLinkText" | "asAddress" | "shortened"; readonly isLoss: false }
  | { readonly what: "split"; readonly count: number; readonly isLoss: false }
  | { readonly what: "lost"; readonly isLoss: true };

/** A message as a channel shows it, by the very code that sends it. */
export interface Fitted {
  readonly shown: readonly OutboundContent[];
  readonly changes: readonly Change[];
  /** Of an SMS; null: this channel is not paid by segments. */
  readonly segments: number | null;
}

export function fitted(
  content: OutboundContent,
  channel: { readonly type: string; readonly capabilities: Capabilities },
  language: Language,
): Fitted {
  const shown = fit(content, channel.capabilities, language);
  const changes: Change[] = [];
  if (shown.length === 0) changes.push({ what: "lost", isLoss: true });
  if (content.type === "choices") {
    const last = shown.find((one) => one.type === "choices");
    if (!last) changes.push({ what: "asNumbers", isLoss: false });
    else {
      if ("listLabel" in last && last.listLabel !== undefined && channel.capabilities.buttons !== null)
        changes.push({ what: "asList", isLoss: false });
      if (last.choices.some(({ label }, index) => label !== content.choices[index]?.label))
        changes.push({ what: "shortened", isLoss: false });
    }
  }
  if (content.type === "link" && !shown.some(({ type }) => type === "link"))
    changes.push({ what: "asLinkText", isLoss: false });
  const isThing = content.type === "media" || content.type === "location" || content.type === "contacts";
  if (isThing && shown.length > 0 && !shown.some(({ type }) => type === content.type))
    changes.push({ what: "asAddress", isLoss: false });
  if (shown.length > 1 && content.type !== "media") changes.push({ what: "split", count: shown.length, isLoss: false });
  const isPaid = channel.type === "sms";
  const segments = isPaid
    ? shown.reduce((sum, one) => sum + (one.type === "text" ? smsSize(one.text).segments : 1), 0)
    : null;
  return { shown, changes, segments };
}
