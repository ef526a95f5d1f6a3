import type { IdentityValue } from "./contact.ts";
import type { ChannelAccountId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { MailFacts } from "./mail.ts";
import type { InboundContent } from "./message.ts";
import type { SendError } from "./send-error.ts";
import type { AnswerWay, Submission } from "./submission.ts";

/** The person at the other end, as the channel names them. Identities are ordered, the most stable first. */
export interface Sender {
  readonly identities: readonly IdentityValue[];
  /** What the person calls themselves: untrusted text. */
  readonly name?: string;
  readonly username?: string;
  readonly language?: string;
}

/** How the contact came here: an ad, a link. */
export interface Referral {
  readonly source: string;
  readonly sourceId?: string;
  readonly url?: string;
  readonly headline?: string;
  readonly body?: string;
  readonly ref?: string;
}

/** What a channel told us, in our words. `dedupeKey` is unique for the account: the same key is the same event. */
export type InboundEvent = {
  readonly accountId: ChannelAccountId;
  readonly dedupeKey: string;
  /** When it happened, by the provider's clock. */
  readonly at: string;
} & (
  | {
      readonly type: "message";
      readonly externalId: string;
      readonly from: Sender;
      readonly content: InboundContent;
      /** The message of ours (or theirs) that is quoted or whose button was tapped. */
      readonly repliesTo?: string;
      readonly forwarded?: boolean;
      readonly referral?: Referral;
      /** Why no machine may answer it (`autoReply`, `list` …): stored and shown, never told to the bot. */
      readonly automatic?: string;
      /** Messages of one sender within an hour that the bot may answer; what comes beyond is for people. */
      readonly answersPerHour?: number;
      readonly mail?: MailFacts;
      /** A web form: `answerBy` says where the conversation goes on, the owner's favourite first. */
      readonly submission?: Submission & { readonly answerBy: readonly AnswerWay[] };
      /** The provider knew this word, acted upon it by itself and has answered the person. */
      readonly handled?: "stop" | "start" | "help";
      /** Another program holds the conversation: kept for people, not answered. */
      readonly standby?: true;
    }
  | {
      readonly type: "status";
      readonly externalId: string;
      /** Our effect id, where the provider echoes it: finds the message even when its answer was lost. */
      readonly evidence?: string;
      readonly status: "sent" | "delivered" | "read" | "failed";
      readonly error?: SendError;
      /** Facts worth keeping (price category, conversation). */
      readonly facts?: Json;
    }
  /** Everything that we sent to this person until then is delivered, or read. */
  | {
      readonly type: "watermark";
      readonly of: Sender;
      readonly status: "delivered" | "read";
      readonly until: string;
    }
  | { readonly type: "edit"; readonly externalId: string; readonly content: InboundContent }
  | { readonly type: "revoke"; readonly externalId: string }
  /** One person's addresses changed: `was` and `is` are the same person from now on. */
  | { readonly type: "identityChange"; readonly was: readonly IdentityValue[]; readonly is: readonly IdentityValue[] }
  /** A person of the business wrote elsewhere (phone app, page inbox): takes the conversation over. */
  | {
      readonly type: "echo";
      readonly externalId: string;
      readonly to: Sender;
      readonly content: InboundContent;
      /** Where it was written, for the thread; absent: the phone app. */
      readonly by?: string;
      /** It bears no mark of ours, but may be a message of ours whose answer is still under way. */
      readonly maybeOurs?: true;
    }
  /** Who holds the conversation now: we, or another program of the business. */
  | { readonly type: "control"; readonly of: Sender; readonly holder: "us" | "other"; readonly by: string }
  | {
      readonly type: "consent";
      readonly from: Sender;
      readonly purpose: "service" | "marketing";
      readonly allowed: boolean;
    }
  /** Something the operator should know about the account (quality, limits, template state, provider's errors). */
  | {
      readonly type: "notice";
      readonly severity: "info" | "warning" | "error";
      readonly code: string;
      readonly text: string;
      readonly facts?: Json;
    }
);

export type InboundEventOf<T extends InboundEvent["type"]> = Extract<InboundEvent, { readonly type: T }>;
