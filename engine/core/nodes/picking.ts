import { sentence } from "../domain/sentences.ts";
import { matchChoice, plain } from "../run/match.ts";
import { decodeChoice, type OfferedChoice } from "../run/offer.ts";
import { askAgain, connected } from "./fields.ts";
import type { FlowNode, NodeEvent, NodeMoment, Reaction } from "./node-type.ts";

type MessageEvent = Extract<NodeEvent, { readonly type: "message" }>;

/** What a message means for a question with choices: one of them, or what to do instead. */
export type Picked = { readonly choice: OfferedChoice } | { readonly reaction: Reaction };

/**
 * A tap on the current offer, or words that fit one choice. The second tap of a double tap means nothing; an older
 * tap counts by its label; what fits nothing leaves by `other`, or the question is put again.
 */
export function pick(node: FlowNode, event: MessageEvent, at: NodeMoment): Picked {
  const { content } = event;
  const offer = at.offer?.node === at.node ? at.offer : null;
  const choices = offer?.choices ?? [];
  const say = (key: Parameters<typeof sentence>[0]): string => sentence(key, at.workspace, at.language);
  if (content.type === "choice") {
    const tap = decodeChoice(content.id);
    if (tap && at.offer && isDoubleTap(tap, at)) return { reaction: { type: "ignore" } };
    const current = tap && offer && tap.node === at.node && tap.token === offer.token;
    const found = current ? choices.find(({ id }) => id === tap.choice) : matchChoice(content.label, choices);
    if (found) return { choice: found };
    return { reaction: askAgain(at, say("choiceExpired")) };
  }
  if (content.type !== "text") {
    if (content.type === "media" && content.caption) {
      const found = matchChoice(content.caption, choices);
      if (found) return { choice: found };
    }
    return { reaction: { type: "stay", say: [{ type: "text", text: say("cannotReadAttachment") }] } };
  }
  const found = matchChoice(content.text, choices);
  if (found) return { choice: found };
  if (connected(node, "other") && plain(content.text) !== "") return { reaction: { type: "exit", exit: "other" } };
  return { reaction: askAgain(at, say("notUnderstood")) };
}

/** The same button of the offer that was just answered, tapped once more. */
function isDoubleTap(
  tap: { readonly node: string; readonly choice: string; readonly token: string },
  at: NodeMoment,
): boolean {
  const { offer } = at;
  return offer !== null && offer.node === tap.node && offer.token === tap.token && offer.answered === tap.choice;
}
