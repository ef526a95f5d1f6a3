import type { EffectError } from "./effect.ts";
import type { EffectId, FlowVersionId, MessageId } from "./ids.ts";
import type { Referral } from "./inbound-event.ts";
import type { Json, JsonObject } from "./json.ts";
import type { InboundContent } from "./message.ts";
import type { SendError } from "./send-error.ts";
import type { AnswerWay, Submission } from "./submission.ts";

/** Everything that can happen to one conversation. Applied one after the other, once each, in the order of `seq`. */
export type MailboxEvent =
  | {
      readonly type: "message";
      readonly messageId: MessageId;
      readonly externalId: string;
      readonly content: InboundContent;
      readonly at: string;
      /** Quoted or tapped message, by our own id where we know it. */
      readonly repliesTo?: string;
      readonly referral?: Referral;
      /** The sender wrote too much, or the same again and again: a person must look, the bot says nothing. */
      readonly forPeople?: true;
      /** A web form, and what may be said to its sender while the service window is closed. */
      readonly submission?: Submission & Pick<AnswerWay, "opening">;
      /** The provider acted upon this word by itself and has answered the person. */
      readonly handled?: "stop" | "start" | "help";
    }
  | { readonly type: "timer"; readonly name: string; readonly generation: number }
  | { readonly type: "effectDone"; readonly effectId: EffectId; readonly key: string; readonly result: Json }
  | { readonly type: "effectFailed"; readonly effectId: EffectId; readonly key: string; readonly error: EffectError }
  /** A message of the bot was refused for good, at once or by a late status. */
  | {
      readonly type: "sendFailed";
      readonly messageId: MessageId;
      readonly node: string | null;
      readonly error: SendError;
    }
  /** A person wrote, from the inbox, the API or the phone app: the conversation is theirs. */
  | { readonly type: "takeOver"; readonly by: string; readonly via: "inbox" | "api" | "phone" | "echo" }
  | { readonly type: "handBack"; readonly by: string; readonly mode: "continue" | "restart"; readonly node?: string }
  | { readonly type: "botSwitch"; readonly enabled: boolean; readonly by: string }
  /**
   * A flow has a new version: a run of it goes on there, where that is proven safe (`move`), or ends so that the next
   * message begins anew (`restart`). Nothing is said. A run that cannot be moved stays where it is.
   */
  | {
      readonly type: "version";
      readonly flow: string;
      readonly versionId: FlowVersionId;
      readonly how: "move" | "restart";
      readonly by: string;
    }
  /** An outside system starts a flow. */
  | { readonly type: "trigger"; readonly flow: string; readonly variables: JsonObject };

export type MailboxEventOf<T extends MailboxEvent["type"]> = Extract<MailboxEvent, { readonly type: T }>;
